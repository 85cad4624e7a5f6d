"""burst: R10. A recording is played to a trading bot at ten times its usual pace for --seconds (default 60), while every
fsync of the bot takes 300 ms longer and the reader of its screen does not read. Then the recording ends, and the bot has
to catch up.

Gates: the bot has worked off the last bar within 5 s of its end; no execution of the exchange is lost or doubled, and the
books agree; the journal re-executes to the same records; the session with the exchange never broke; the bot's memory grew
by 64 MB at most, for every queue is bounded.
Exit code 1: a gate was missed.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time

import books
import process
from pair import POLICY, Pair

HISTORY = 1000
STEP = 60_000


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="length of the burst (default 60)")
    parser.add_argument("--usual", type=int, default=20, help="usual bars a second; the burst has ten times as many")
    parser.add_argument("--sync-millis", type=int, default=300, help="what each fsync takes longer (default 300)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the prices")
    parser.add_argument("--keep", action="store_true", help="leave the directory of the run")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--hrmbot", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.bar_millis = max(1, 1000 // (10 * options.usual))
    return options


class Burst(Pair):
    def __init__(self, options):
        super().__init__(options, "burst")
        self.count = HISTORY + int(options.seconds * 1000 / options.bar_millis)
        self.recording = os.path.join(self.place, "SIM-BTC.csv")
        self.record()
        options.replay = self.recording
        self.library = os.path.join(self.place, "slowsync.so")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "slowsync.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", self.library, source, "-ldl"], check=True)

    def record(self):
        """A random walk in whole cents."""
        draw, price = random.Random(self.options.seed), 4_000_000
        with open(self.recording, "w", encoding="ascii") as file:
            file.write("timestamp_ms_utc,open,high,low,close,volume\n")
            for index in range(self.count):
                close = max(100_000, price + draw.randint(-3000, 3000))
                high, low = max(price, close) + draw.randint(0, 900), min(price, close) - draw.randint(0, 900)
                cells = ",".join(f"{value / 100:.2f}" for value in (price, high, low, close, 500_000))
                file.write(f"{1_704_067_200_000 + index * STEP},{cells}\n")
                price = close

    def start(self, *more):
        """The bot with the slow disk, and a screen of which somebody reads nothing."""
        self.notices.drain()
        began = time.monotonic()
        reader, writer = os.pipe()
        self.reader = reader
        self.bot = subprocess.Popen(
            [self.options.hrmbot, "paper", "--venue", f"tcp:127.0.0.1:{self.bot_port}", "--home", self.home, "--json",
             *POLICY, *more],
            stdout=writer, stderr=self.log,
            env={**os.environ, "NOTIFY_SOCKET": self.notices.path, "LD_PRELOAD": self.library,
                 "SLOWSYNC_MILLIS": str(self.options.sync_millis)})
        os.close(writer)
        return began

    def bars(self):
        status = self.snapshot()
        return status["bars"] if status else 0

    def run(self):
        self.serve()
        began = time.monotonic()
        self.start()
        if self.notices.ready(self.bot, 60) is None:
            sys.exit(f"burst: the bot did not come up; see {self.place}/log")
        ready = time.monotonic() - began
        first = process.resident_megabytes(self.bot.pid)
        length = (self.count - HISTORY) * self.options.bar_millis / 1000
        most = first
        while time.monotonic() < began + length:
            time.sleep(0.25)
            most = max(most, process.resident_megabytes(self.bot.pid))
            if self.bot.poll() is not None:
                sys.exit(f"burst: the bot ended; see {self.place}/log")
        # The recording is at its end. The bot is through when its number of bars no longer grows.
        ended, seen, moment = time.monotonic(), self.bars(), None
        while time.monotonic() < ended + 60 and (moment is None or time.monotonic() < moment + 3):
            if self.bars() != seen or moment is None:
                seen, moment = self.bars(), time.monotonic()
            time.sleep(0.05)
        status = self.snapshot()
        found = books.compare(self, *self.settle())
        return {
            "bars a second": round(1000 / self.options.bar_millis), "seconds": length, "ready after s": ready,
            "bars taken": seen, "caught up after s": max(0.0, moment - ended), "sessions": status["venue_sessions"],
            "orders": status["orders"], "decision p99 us": status.get("decision_micros_p99"),
            "path p99 us": status.get("path_micros_p99"), "memory grew MB": round(most - first, 1), **found,
        }


def missed(result):
    gates = books.gates(result) + [
        ("caught up within 5 s", result["caught up after s"] <= 5),
        ("one session", result["sessions"] == 1),
        ("memory", result["memory grew MB"] <= 64),
    ]
    return [name for name, is_met in gates if not is_met]


def main():
    options = arguments()
    trial = Burst(options)
    try:
        result = trial.run()
    finally:
        trial.end(options.keep)
    result["missed"] = missed(result)
    books.show(result, options.json)
    sys.exit(1 if result["missed"] else 0)


main()
