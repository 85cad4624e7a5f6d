"""bt: a stack of algorithms called at every row of prices. Rows are opens here, so that fills are at the next open."""

import bt
import numpy
import pandas

import common


class Cross(bt.Algo):
    """Trades what the close before said, at this row's price."""

    def __init__(self, targets, sizes):
        super().__init__()
        self.targets, self.sizes, self.row, self.held, self.closed = targets, sizes, 0, 0.0, 0

    def __call__(self, target):
        wanted, size = self.targets[self.row], self.sizes[self.row]
        self.row += 1
        if wanted > 0 and not self.held:
            target.transact(size, "I00")
            self.held = size
        elif wanted < 0 and self.held:
            target.transact(-self.held, "I00")
            self.held, self.closed = 0.0, self.closed + 1
        return True


def load(_, directory):
    return common.frame(common.files(directory)[0])


def bars(table):
    closes = table["close"].to_numpy()
    cents = numpy.rint(closes * 100).astype(numpy.int64)
    cross = Cross(
        numpy.concatenate([[0], common.targets(closes)[:-1]]).tolist(),
        numpy.concatenate([[0], (10**12 // cents[:-1]) / common.MILLION]).tolist())
    prices = pandas.DataFrame({"I00": table["open"].to_numpy()}, index=table.index)
    test = bt.Backtest(
        bt.Strategy("cross", [cross], children=["I00"]), prices, initial_capital=common.CASH,
        integer_positions=False, commissions=lambda quantity, price: abs(quantity) * price * common.FEE,
        progress_bar=False)
    test.run()
    # The engine works on a copy.
    cross = test.strategy.stack.algos[0]
    return cross.closed, round(float(test.strategy.capital + cross.held * closes[-1]), 6)


if __name__ == "__main__":
    common.main("bt", load, {"bars": bars})
