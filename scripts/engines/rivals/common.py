"""What all rivals share: the command line, the clock, the rule's numbers. Every rival runs in a process of its own.

A rival gives `load(work, directory)`, from CSV, and for every work that it can do a function that takes what was loaded
and returns closed trades and final equity. Only that function is timed: CPU time of the process, all its threads.
"""

import argparse
import glob
import importlib.metadata
import json
import time

FAST, SLOW = 10, 50
CASH, NOTIONAL, FEE = 1_000_000.0, 10_000.0, 0.001
MILLION = 1_000_000


def files(directory):
    """The CSV files of a directory by the names of their instruments."""
    return sorted(glob.glob(f"{directory}/I*.csv"))


def frame(path):
    """A CSV file as a data frame of floats with a time index, as these engines' users have it."""
    import pandas

    table = pandas.read_csv(path)
    # Without a time zone: vectorbt takes three times as long with one.
    table.index = pandas.to_datetime(table.pop("timestamp_ms"), unit="ms")
    return table


def targets(closes):
    """+1: be long, -1: be flat, 0: keep what is; for every close at once.

    Means are compared as whole numbers of cents, 5 times the sum of 10 with the sum of 50: ties are ties.
    """
    import numpy

    cents = numpy.rint(numpy.asarray(closes) * 100).astype(numpy.int64)
    total = numpy.concatenate([[0], numpy.cumsum(cents)])
    difference = numpy.zeros(len(cents), numpy.int64)
    difference[SLOW - 1:] = 5 * (total[SLOW:] - total[SLOW - FAST:-FAST]) - (total[SLOW:] - total[:-SLOW])
    return numpy.sign(difference)


class Cross:
    """The same, bar by bar: for engines that call a strategy at every bar."""

    def __init__(self):
        self.closes, self.fast, self.slow, self.count = [0] * SLOW, 0, 0, 0

    def target(self, cents):
        """The sign of the difference of both means after this close."""
        slot = self.count % SLOW
        self.fast += cents - self.closes[(self.count - FAST) % SLOW]
        self.slow += cents - self.closes[slot]
        self.closes[slot] = cents
        self.count += 1
        return 0 if self.count < SLOW else 5 * self.fast - self.slow


def main(package, load, works):
    """Runs one work as often as asked and prints one line of JSON."""
    parser = argparse.ArgumentParser(description=f"{package} on one work; started by scripts/compare-engines")
    parser.add_argument("work", choices=sorted(works))
    parser.add_argument("directory")
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    begin = time.process_time()
    loaded = load(arguments.work, arguments.directory)
    load_seconds, samples = time.process_time() - begin, []
    for _ in range(arguments.rounds):
        begin = time.process_time()
        closed, equity = works[arguments.work](loaded)
        samples.append(time.process_time() - begin)
    print(json.dumps({
        "version": importlib.metadata.version(package), "load_seconds": load_seconds, "cpu_seconds": samples,
        "closed_trades": int(closed), "final_equity": str(equity)}))
