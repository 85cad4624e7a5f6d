"""backtrader: a strategy called at every bar, with the engine's own moving averages."""

import backtrader

import common


class SMACross(backtrader.Strategy):
    """The rule."""

    def __init__(self):
        self.closed = 0
        self.fast = [backtrader.indicators.SMA(data.close, period=common.FAST) for data in self.datas]
        self.slow = [backtrader.indicators.SMA(data.close, period=common.SLOW) for data in self.datas]

    def next(self):
        for index, data in enumerate(self.datas):
            # Whole sums of cents: ties are ties.
            difference = round(self.fast[index][0] * 5000) - round(self.slow[index][0] * 5000)
            held = self.getposition(data).size
            if difference > 0 and not held:
                self.buy(data=data, size=10**12 // round(data.close[0] * 100) / common.MILLION)
            elif difference < 0 and held:
                self.sell(data=data, size=held)

    def notify_trade(self, trade):
        self.closed += trade.isclosed


def load(_, directory):
    return [common.frame(path) for path in common.files(directory)]


def bars(tables):
    cerebro = backtrader.Cerebro(stdstats=False)
    cerebro.broker.setcash(common.CASH)
    cerebro.broker.setcommission(commission=common.FEE)
    for table in tables:
        cerebro.adddata(backtrader.feeds.PandasData(
            dataname=table, timeframe=backtrader.TimeFrame.Minutes, openinterest=None))
    cerebro.addstrategy(SMACross)
    strategy = cerebro.run()[0]
    return strategy.closed, round(cerebro.broker.getvalue(), 6)


if __name__ == "__main__":
    common.main("backtrader", load, {"bars": bars, "portfolio": bars})
