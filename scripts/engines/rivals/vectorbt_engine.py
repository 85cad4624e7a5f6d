"""vectorbt: arrays of orders for all bars at once, filled by compiled code; nothing is called at a bar."""

import numpy
import pandas
import vectorbt

import common


def load(_, directory):
    tables = [common.frame(path) for path in common.files(directory)]
    return (pandas.concat([table["open"] for table in tables], axis=1, keys=range(len(tables))),
            pandas.concat([table["close"] for table in tables], axis=1, keys=range(len(tables))))


def shifted(values):
    """What was decided at a close is done at the next bar's open."""
    return numpy.vstack([numpy.zeros((1, values.shape[1]), values.dtype), values[:-1]])


def bars(loaded):
    opens, closes = loaded
    numbers = closes.to_numpy()
    target = numpy.column_stack([common.targets(numbers[:, column]) for column in range(numbers.shape[1])])
    cents = numpy.rint(numbers * 100).astype(numpy.int64)
    size = (10**12 // cents) / common.MILLION
    portfolio = vectorbt.Portfolio.from_signals(
        closes, entries=shifted(target > 0), exits=shifted(target < 0), price=opens, size=shifted(size),
        fees=common.FEE, init_cash=common.CASH, cash_sharing=True, group_by=numpy.zeros(numbers.shape[1], int),
        freq="1min")
    return portfolio.trades.closed.count().sum(), round(float(portfolio.final_value().sum()), 6)


if __name__ == "__main__":
    common.main("vectorbt", load, {"bars": bars, "portfolio": bars})
