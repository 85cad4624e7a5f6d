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
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from decimal import Decimal

POLICY = [
    "--policy", "sma-cross", "--set", "policy.sma_fast_bars=2", "--set", "policy.sma_slow_bars=5",
    "--set", "risk.max_orders_per_minute=1000", "--set", "risk.max_repeated_executions=10000",
    "--set", "risk.max_consecutive_losses=1000", "--set", "risk.max_volatility_rank=1",
    "--set", "market.stale_after_bars=100",
]


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
    """Lines of S1 and S2: quantiles of the last order, and orders after the gate had closed."""
    lines = [(name, f"last order {key}", float(found[f"last_order_ms_{key}"]), gate) for key, gate in gates]
    lines.append((name, f"orders after closing, of {found['orders']}", found["orders_after_closing"], 0))
    return lines


class Frozen:
    """An exchange, a bot that trades there, and a guard, in processes of their own."""

    def __init__(self, options, number):
        self.options = options
        self.place = tempfile.mkdtemp(prefix="stop-latency-")
        self.socket = os.path.join(self.place, "x.sock")
        self.home = os.path.join(self.place, "home")
        self.control = os.path.join(self.home, "control")
        self.address = f"unix:{self.socket}"
        self.children = []
        self.start(
            [options.hrmbot, "exchange", "serve", "--socket", self.socket, "--ledger", os.path.join(self.place, "books"),
             "--bar-millis", "50", "--seed", str(number)])
        self.wait("the exchange", lambda: os.path.exists(self.socket))
        self.bot = self.start([options.hrmbot, "paper", "--venue", self.address, "--home", self.home, "--plain", *POLICY])
        self.start([options.guard, "--venue", self.address, "--home", self.home])

    def start(self, command):
        log = open(os.path.join(self.place, f"log-{len(self.children)}"), "w", encoding="utf-8")
        child = subprocess.Popen(command, stdout=log, stderr=log)
        self.children.append(child)
        return child

    def wait(self, what, condition, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.01)
        raise RuntimeError(f"waited for {what} in vain, see {self.place}")

    def account(self):
        command = [self.options.hrmbot, "exchange", "account", "--socket", self.socket, "--json"]
        done = subprocess.run(command, capture_output=True, text=True)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def is_exposed(self):
        account = self.account()
        return account is not None and len(account["open_orders"]) > 0 and not self.is_flat(account)

    @staticmethod
    def is_flat(account):
        return all(Decimal(position["quantity"]) == 0 for position in account["positions"])

    def measure(self):
        """Seconds from the rename of STOP until nothing is open."""
        self.wait("the heartbeat", lambda: os.path.exists(os.path.join(self.home, "heartbeat")))
        self.wait("a position with a protective stop", self.is_exposed)
        time.sleep(0.5)
        os.kill(self.bot.pid, signal.SIGSTOP)
        while not self.is_exposed():
            # It had just closed: let it go on until it holds something.
            os.kill(self.bot.pid, signal.SIGCONT)
            time.sleep(0.2)
            os.kill(self.bot.pid, signal.SIGSTOP)
        with open(os.path.join(self.control, ".STOP"), "w", encoding="utf-8") as file:
            file.write("flatten")
        renamed = time.monotonic()
        os.rename(os.path.join(self.control, ".STOP"), os.path.join(self.control, "STOP"))

        def is_done():
            account = self.account()
            return account is not None and not account["open_orders"] and self.is_flat(account)

        self.wait("the guard", is_done, 20)
        return time.monotonic() - renamed

    def end(self):
        for child in reversed(self.children):
            child.kill()
            child.wait()
        shutil.rmtree(self.place, ignore_errors=True)


def frozen(options):
    worst = 0.0
    for number in range(options.rounds):
        trial = Frozen(options, number + 1)
        try:
            worst = max(worst, trial.measure())
        finally:
            trial.end()
    return [("S12", f"cancelled and flat, worst of {options.rounds}", worst * 1000, 3000)]


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
    if "S12" in wanted:
        lines += frozen(options)
    missed = [line for line in lines if line[2] > line[3]]
    if options.json:
        members = [{"criterion": a, "gate": d, "value": round(c, 3), "what": b} for a, b, c, d in lines]
        print(json.dumps({"lines": members, "missed": len(missed), "tries": options.tries}))
    else:
        print(f"{'':9}{'milliseconds':44}{'measured':>10}{'gate':>8}")
        for name, what, value, gate in lines:
            shown = f"{value:.2f}" if isinstance(value, float) else str(value)
            print(f"{name:9}{what:44}{shown:>10}{gate:>8}  {'ok' if value <= gate else 'MISSED'}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
