"""kill-nine: kill -9 a bot that trades against an exchange in another process, at seeded moments; restart it each time;
at the end compare the books of both.

Gates: every execution of the exchange is counted once by the bot; cash and positions are equal to the last decimal; the
journal re-executes to the same records; no two orders for one intent; restart to ready p99 within a second.
--journal-mb makes the journal so large before the first kill; with --archives in files of 20 MB.
--chaos puts a proxy with a seeded schedule of faults between the two (HRMBOT_TOOLS names the directory of
chaos_proxy.py); the time to ready is then no gate.
--after-stop kills within 0 to 500 ms after a STOP instead: the restarted bot must be halted when it says READY, and no
order may leave it until a person resumes. Half of the time the STOP is gone at the restart and only the latch is left.
Exit code 1: a gate was missed.
"""

import argparse
import os
import random
import sys
import time

import books
from pair import Chaos, Pair, quantile

MANY = ",".join(f"SIM-{letter}" for letter in "ABCDEFGH")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200, help="how often the bot is killed (default 200)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the moments, the market and the faults")
    parser.add_argument("--bar-millis", type=int, default=50, help="length of a bar (default 50)")
    parser.add_argument("--longest", type=float, default=1.2, help="longest life of a bot once ready, in seconds")
    parser.add_argument("--journal-mb", type=int, default=0, help="size of the journal before the first kill")
    parser.add_argument("--archives", action="store_true", help="the journal in files of 20 MB instead of one")
    parser.add_argument("--after-stop", action="store_true", help="kill within 500 ms after a STOP")
    parser.add_argument("--chaos", action="store_true", help="network faults between bot and exchange")
    parser.add_argument("--faults", help="faults that the exchange plays itself, as exchange serve --faults takes them")
    parser.add_argument("--server-kills", type=int, default=0, help="how often the exchange is killed too")
    parser.add_argument("--keep", action="store_true", help="leave the directory of the run")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--hrmbot", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    # Eight instruments fill a journal with 100 MB in two or three minutes.
    options.symbols = MANY if options.journal_mb else None
    return options


class Trial(Pair):
    def __init__(self, options):
        super().__init__(options, "kill-nine")
        self.random = random.Random(options.seed)
        self.restarts, self.refusals, self.early, self.server_kills = [], 0, 0, 0
        self.prepared = None
        self.chaos = None
        self.settings = ["--set", f"journal.rotate_megabytes={20 if options.archives else 0}"]

    def ready(self, began):
        """Waits until the bot is ready and counts how long it took; whether it is."""
        moment = self.notices.ready(self.bot, 30)
        if moment is None:
            # As a service manager would: it is started again.
            self.refusals += 1
            self.kill()
            return False
        self.restarts.append(moment - began)
        return True

    def round(self):
        began = self.start(*self.settings)
        # Some die while they start.
        if self.random.random() < 0.1:
            time.sleep(self.random.uniform(0, 0.15))
            self.early += 1
            self.kill()
        elif self.ready(began):
            time.sleep(self.random.uniform(0.02, self.options.longest))
            self.kill()

    def prepare(self):
        """A journal of the wanted size."""
        self.serve()
        self.start(*self.settings)
        directory = os.path.join(self.home, "journal")
        end = time.monotonic() + 600
        while not os.path.isdir(directory) or books.megabytes(directory) < self.options.journal_mb:
            if time.monotonic() > end or self.bot.poll() is not None:
                sys.exit(f"kill-nine: the journal does not grow; see {self.place}/log")
            time.sleep(0.5)
        self.kill()
        self.prepared = round(books.megabytes(directory), 1)

    def run(self):
        options = self.options
        if options.journal_mb:
            self.prepare()
        else:
            self.serve(faults=options.faults)
        if options.chaos:
            self.chaos = Chaos(os.environ["HRMBOT_TOOLS"], self.port, options.seed)
            self.bot_port = self.chaos.port
            time.sleep(0.5)
            self.chaos.start()
        every = options.kills // options.server_kills if options.server_kills else 0
        stops = AfterStop(self) if options.after_stop else None
        for number in range(1, options.kills + 1):
            if stops:
                stops.round()
            else:
                self.round()
            if every and number % every == 0 and self.server_kills < options.server_kills:
                self.kill_server()
                self.server_kills += 1
                self.serve(faults=options.faults)
            if not options.json and sys.stderr.isatty():
                print(f"\r{number} of {options.kills}", end="", file=sys.stderr, flush=True)
        if self.chaos:
            self.chaos.calm()
        found = books.compare(self, *self.settle())
        result = {
            "kills": options.kills, "of them while starting": self.early, "starts refused": self.refusals,
            "exchange killed": self.server_kills, **found, "journal MB at the first kill": self.prepared,
            "restart to ready p50 s": quantile(0.5, self.restarts),
            "restart to ready p99 s": quantile(0.99, self.restarts),
            "restart to ready max s": quantile(1, self.restarts),
            "network faults": self.chaos.counts if self.chaos else None,
        }
        return {**result, **(stops.result() if stops else {})}

    def end(self, keep=False):
        super().end(keep)
        if self.chaos:
            self.chaos.proxy.stop()


class AfterStop:
    """S6: the bot dies soon after a STOP."""

    def __init__(self, trial):
        self.trial = trial
        self.not_halted, self.without_stop, self.without_latch = 0, 0, 0

    def wait(self, what, condition, seconds=30):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end or self.trial.bot.poll() is not None:
                sys.exit(f"kill-nine: waited for {what} in vain; see {self.trial.place}/log")
            time.sleep(0.005)

    def is_active(self):
        status = self.trial.snapshot()
        return status is not None and status["trading_state"] == "active" and not status["degradations"]

    def round(self):
        trial, random_ = self.trial, self.trial.random
        if trial.bot is None:
            trial.start(*trial.settings)
        self.wait("trading", self.is_active)
        time.sleep(random_.uniform(0.05, 0.4))
        trial.write_stop()
        time.sleep(random_.uniform(0, 0.5))
        trial.kill()
        # Killed before the latch was there, the STOP itself is all there is, and it stays.
        if not os.path.exists(os.path.join(trial.home, "latch.json")):
            self.without_latch += 1
        elif random_.random() < 0.5:
            self.without_stop += 1
            os.unlink(os.path.join(trial.control, "STOP"))
        if not trial.ready(trial.start(*trial.settings)):
            sys.exit(f"kill-nine: the bot did not come up after a stop; see {trial.place}/log")
        # What it says first about itself, and on: never anything but halted.
        self.wait("a status", lambda: trial.snapshot() is not None)
        end = time.monotonic() + 0.4
        while time.monotonic() < end:
            if trial.snapshot()["trading_state"] != "halted":
                self.not_halted += 1
                break
            time.sleep(0.02)
        if os.path.exists(os.path.join(trial.control, "STOP")):
            os.unlink(os.path.join(trial.control, "STOP"))
        latch = trial.snapshot()["latch"]["id"]
        done = trial.tool("resume", latch, "--home", trial.home)
        if done.returncode != 0:
            sys.exit(f"kill-nine: resume of {latch}: {done.stderr.strip()}")

    def result(self):
        """What the journal says of orders while a stop was in force."""
        stopped, session, orders, stops, restarts = False, 0, 0, 0, 0
        for _, kind, content in books.records(
            os.path.join(self.trial.home, "journal"), "session", "control", "intent"
        ):
            if kind == "session":
                session += 1
                # Each but the first was started with a stop in force.
                stopped = session > 1
                restarts += stopped
            elif kind == "control" and content["command"] == "stop":
                stopped, stops = True, stops + 1
            elif kind == "control" and content["command"] == "resume":
                stopped = False
            elif kind == "intent" and stopped:
                orders += 1
        return {
            "stops": stops, "restarts under a stop": restarts, "killed before the latch": self.without_latch,
            "only the latch left": self.without_stop, "orders under a stop": orders,
            "not halted when ready": self.not_halted,
        }


def missed(result, options):
    gates = books.gates(result)
    if options.after_stop:
        gates += [("orders under a stop", result["orders under a stop"] == 0),
                  ("halted when ready", result["not halted when ready"] == 0),
                  ("restarts under a stop", result["restarts under a stop"] >= options.kills)]
    if not result["network faults"]:
        gates.append(("restart p99 within 1 s", (result["restart to ready p99 s"] or 9) <= 1))
    return [name for name, is_met in gates if not is_met]


def main():
    options = arguments()
    if options.chaos and not os.path.exists(os.path.join(os.environ.get("HRMBOT_TOOLS", ""), "chaos_proxy.py")):
        sys.exit("kill-nine: --chaos needs chaos_proxy.py; set HRMBOT_TOOLS to the directory that has it")
    trial = Trial(options)
    try:
        result = trial.run()
    finally:
        trial.end(options.keep)
    result["missed"] = missed(result, options)
    books.show(result, options.json)
    sys.exit(1 if result["missed"] else 0)


main()
