"""Makes the SYNTHETIC data of the comparison: one-minute bars and trades of a driftless walk in whole cents.

Bars: eight draws of SplitMix64 a bar: the gap to the open, four parts of the body, both shadows, the volume. Trades:
three draws each: the step in cents, the quantity, the side. The same seed gives the same data on every machine.

Every data set is written twice: as CSV, and as a matrix of 64-bit integers (.bin) for the loop in C.
Started by scripts/compare-engines in an environment with NumPy. A file that is there already is kept.
"""

import argparse
import os

import numpy

FIRST_MS = 1_609_459_200_000
MINUTE_MS, TRADE_MS = 60_000, 100
BAR_HEADER = "timestamp_ms,open,high,low,close,volume"
TRADE_HEADER = "timestamp_ms,price,quantity,side"


def draws(seed, count):
    """The first `count` numbers of SplitMix64 from a bare key."""
    with numpy.errstate(over="ignore"):
        z = numpy.uint64(seed) + numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return z ^ (z >> numpy.uint64(31))


def part(price, millionths):
    """`price` times `millionths`, cut towards zero."""
    return price * millionths // 1_000_000 if millionths >= 0 else -(price * -millionths // 1_000_000)


def bars(seed, count):
    """Columns: time in ms, open, high, low, close in cents, volume in thousandths."""
    table = (draws(seed, 8 * count) >> numpy.uint64(33)).astype(numpy.int64).reshape(count, 8)
    gap = (table[:, 0] % 201 - 100).tolist()
    body = (table[:, 1:5] % 1001 - 500).sum(axis=1).tolist()
    opens, closes, previous = [0] * count, [0] * count, 1_000_000
    # Every price hangs on the one before, cut to cents: this part cannot be done for all bars at once.
    for index in range(count):
        opens[index] = previous + part(previous, gap[index])
        previous = closes[index] = opens[index] + part(opens[index], body[index])
    opened, closed = numpy.array(opens, numpy.int64), numpy.array(closes, numpy.int64)
    high = numpy.maximum(opened, closed) + opened * (table[:, 5] % 301) // 1_000_000
    low = numpy.minimum(opened, closed) - opened * (table[:, 6] % 301) // 1_000_000
    times = FIRST_MS + MINUTE_MS * numpy.arange(count, dtype=numpy.int64)
    return numpy.column_stack([times, opened, high, low, closed, 1 + table[:, 7] % 100_000])


def trades(count):
    """Columns: time in ms, price in cents, quantity in thousandths, 0 for a buyer and 1 for a seller as aggressor."""
    uniform = (draws(11, 3 * count) >> numpy.uint64(11)).astype(numpy.float64).reshape(count, 3) * 2.0**-53
    prices = 1_000_000 + numpy.cumsum((uniform[:, 0] * 21).astype(numpy.int64) - 10)
    times = FIRST_MS + TRADE_MS * numpy.arange(count, dtype=numpy.int64)
    quantity, side = 1 + (uniform[:, 1] * 1000).astype(numpy.int64), (uniform[:, 2] * 2).astype(numpy.int64)
    return numpy.column_stack([times, prices, quantity, side])


def lines(table):
    """The rows of the CSV file: cents with two decimals, thousandths with three."""
    if table.shape[1] == 4:
        for time, price, quantity, side in table.tolist():
            yield f"{time},{price / 100:.2f},{quantity / 1000:.3f},{'sell' if side else 'buy'}\n"
    else:
        for time, opened, high, low, closed, volume in table.tolist():
            yield (f"{time},{opened / 100:.2f},{high / 100:.2f},{low / 100:.2f},{closed / 100:.2f},"
                   f"{volume / 1000:.3f}\n")


def write(stem, header, make):
    """Writes `stem`.csv and `stem`.bin, each under another name until it is whole."""
    if os.path.exists(f"{stem}.bin") and os.path.exists(f"{stem}.csv"):
        return
    os.makedirs(os.path.dirname(stem), exist_ok=True)
    table = make()
    with open(f"{stem}.csv.part", "w") as file:
        file.write(header + "\n")
        file.writelines(lines(table))
    table.tofile(f"{stem}.bin.part")
    os.replace(f"{stem}.csv.part", f"{stem}.csv")
    os.replace(f"{stem}.bin.part", f"{stem}.bin")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", choices=("bars", "portfolio", "ticks"))
    parser.add_argument("directory")
    parser.add_argument("count", type=int, help="of bars of each instrument, or of trades")
    arguments = parser.parse_args()
    if arguments.work == "bars":
        write(f"{arguments.directory}/I00", BAR_HEADER, lambda: bars(7, arguments.count))
    elif arguments.work == "ticks":
        write(f"{arguments.directory}/I00", TRADE_HEADER, lambda: trades(arguments.count))
    else:
        for index in range(20):
            write(f"{arguments.directory}/I{index:02}", BAR_HEADER,
                  lambda seed=7000 + index: bars(seed, arguments.count))


if __name__ == "__main__":
    main()
