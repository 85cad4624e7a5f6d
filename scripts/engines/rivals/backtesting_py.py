"""backtesting.py: a strategy called at every bar; indicators are computed for all bars before."""

import warnings

import numpy
from backtesting import Strategy
from backtesting.lib import FractionalBacktest

import common

UNIT = 1 / common.MILLION


class SMACross(Strategy):
    """The rule. Prices are per millionth of a unit here, as the library does fractions of a unit."""

    def init(self):
        self.targets = self.I(lambda closes: common.targets(closes / UNIT), self.data.Close, plot=False)

    def next(self):
        target = self.targets[-1]
        if target > 0 and not self.position:
            self.buy(size=int(common.NOTIONAL / self.data.Close[-1] + 1e-6))
        elif target < 0 and self.position:
            self.position.close()


def load(_, directory):
    return common.frame(common.files(directory)[0]).rename(columns=str.capitalize)


def bars(table):
    test = FractionalBacktest(
        table, SMACross, cash=common.CASH, commission=common.FEE, fractional_unit=UNIT, finalize_trades=False)
    found = test.run()
    return len(found["_trades"]), round(float(found["Equity Final [$]"]), 6)


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    numpy.seterr(all="ignore")
    common.main("backtesting", load, {"bars": bars})
