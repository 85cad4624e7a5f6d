"""stop-latency: how long a stop takes, with the gates beside the numbers.

S1   rename of STOP until the last order is handed over, orders flowing as fast as they can, idle and with all cores busy
S2   the same without notifications of the file system
S3   rename until the first cancel, and until the last of 200 open orders has ended, at a round trip of 50 ms
S12  STOP beside a bot that SIGSTOP has frozen: until the guard has cancelled everything and closed every position
Exit code 1: a gate was missed.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from decimal import Decimal

from pair import Pair, quantile


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tries", type=int, default=1000, help="stops for each line of S1 and S2 (default 1000)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of S3 and S12 (default 5)")
    parser.add_argument("--only", help="only these, separated by commas: S1,S2,S3,S12")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--hrmbot", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--guard", required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


class Load:
    """A process that computes for every core."""

    def __enter__(self):
        count = os.cpu_count() or 1
        self.children = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]

    def __exit__(self, *_):
        for child in self.children:
            child.kill()
            child.wait()


def bench(options, *more):
    command = [options.hrmbot, "bench", "stop", "--json", *more]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"stop-latency: {' '.join(command)}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def stops(name, found, gates):
    """Lines of S1 and S2: quantiles of the last order and of the gate's closing, and orders after the gate had closed. A
    try without an order after the rename counts as 0 ms; the closing bounds what an order could have taken."""
    lines = [(name, f"last order {key}", float(found[f"last_order_ms_{key}"]), gate) for key, gate in gates]
    lines += [(name, f"gate closed {key}", float(found[f"closed_ms_{key}"]), gate) for key, gate in gates]
    lines.append((name, f"orders after closing, of {found['orders']}", found["orders_after_closing"], 0))
    return lines


class Frozen(Pair):
    """An exchange, a bot that trades there, and a guard, in processes of their own."""

    def __init__(self, options, number):
        super().__init__(argparse.Namespace(hrmbot=options.hrmbot, bar_millis=100, seed=number), "stop-latency")
        self.serve()
        # A stop so far away that the market does not reach it: what closes the position is the guard.
        self.start("--set", "execution.protective_stop_atr=60")
        with open(os.path.join(self.place, "guard"), "w", encoding="utf-8") as log:
            self.guard = subprocess.Popen(
                [options.guard, "--venue", f"tcp:127.0.0.1:{self.port}", "--home", self.home], stdout=log, stderr=log)

    def wait(self, what, condition, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.005)
        sys.exit(f"stop-latency: waited for {what} in vain; see {self.place}")

    @staticmethod
    def is_flat(account):
        return all(Decimal(position["quantity"]) == 0 for position in account["positions"])

    def is_exposed(self):
        account = self.account()
        return account is not None and len(account["open_orders"]) > 0 and not self.is_flat(account)

    def is_done(self):
        account = self.account()
        return account is not None and not account["open_orders"] and self.is_flat(account)

    def freeze(self):
        """Freezes the bot while it holds a position and a protective stop."""
        while True:
            self.wait("a position with a protective stop", self.is_exposed)
            os.kill(self.bot.pid, signal.SIGSTOP)
            # An order that was on its way arrives.
            time.sleep(0.3)
            if self.is_exposed():
                return
            os.kill(self.bot.pid, signal.SIGCONT)

    def measure(self):
        """Milliseconds from the rename of STOP until nothing is open; None: it was not the guard that closed."""
        self.wait("the heartbeat", lambda: os.path.exists(os.path.join(self.home, "heartbeat")))
        time.sleep(0.5)
        self.freeze()
        before = {fill["trade_id"] for fill in self.account("--fills")["fills"]}
        renamed = self.write_stop("flatten")
        self.wait("the guard", self.is_done, 20)
        took = (time.monotonic() - renamed) * 1000
        later = [fill for fill in self.account("--fills")["fills"] if fill["trade_id"] not in before]
        # The role stands in the order's name.
        return took if later and all("-g" in fill["client_id"] for fill in later) else None

    def end(self, keep=False):
        self.guard.kill()
        self.guard.wait()
        super().end(keep)


def frozen(options):
    found, number = [], 0
    while len(found) < options.rounds:
        number += 1
        if number > 3 * options.rounds:
            sys.exit("stop-latency: the market closes the positions, not the guard")
        trial = Frozen(options, number)
        keep = True
        try:
            took = trial.measure()
            if took is not None:
                found.append(took)
            keep = False
        finally:
            trial.end(keep)
    return [("S12", "cancelled and flat, median", quantile(0.5, found), 3000),
            ("S12", f"cancelled and flat, worst of {options.rounds}", max(found), 3000)]


def main():
    options = arguments()
    wanted = set((options.only or "S1,S2,S3,S12").split(","))
    tries = str(options.tries)
    lines = []
    if "S1" in wanted:
        lines += stops("S1 idle", bench(options, "--tries", tries), [("p50", 5), ("p99", 50), ("max", 250)])
        with Load():
            lines += stops("S1 busy", bench(options, "--tries", tries), [("p50", 5), ("p99", 100), ("max", 250)])
    if "S2" in wanted:
        lines += stops("S2", bench(options, "--tries", tries, "--no-inotify"), [("max", 250)])
    if "S3" in wanted:
        found = bench(options, "--tries", str(options.rounds), "--open-orders", "200", "--round-trip-ms", "50")
        lines.append(("S3", "first cancel, worst", float(found["first_cancel_ms_max"]), 100))
        lines.append(("S3", "last of 200 orders ended, worst", float(found["all_ended_ms_max"]), 3000))
    failure = None
    if "S12" in wanted:
        try:
            lines += frozen(options)
        except SystemExit as end:
            # What was measured before is shown all the same.
            failure = end.code
    missed = [line for line in lines if line[2] > line[3]]
    if options.json:
        members = [{"criterion": a, "gate": d, "value": round(c, 3), "what": b} for a, b, c, d in lines]
        print(json.dumps({"lines": members, "missed": len(missed), "tries": options.tries}))
    else:
        print(f"{'':9}{'milliseconds':44}{'measured':>10}{'gate':>8}")
        for name, what, value, gate in lines:
            shown = f"{value:.2f}" if isinstance(value, float) else str(value)
            print(f"{name:9}{what:44}{shown:>10}{gate:>8}  {'ok' if value <= gate else 'MISSED'}")
    sys.exit(failure or (1 if missed else 0))


if __name__ == "__main__":
    main()
