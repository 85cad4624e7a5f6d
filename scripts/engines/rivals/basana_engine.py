"""basana: an asynchronous event loop with decimals; a strategy is a coroutine called at every bar."""

import asyncio
import datetime
import decimal

import basana
from basana.core import event
from basana.backtesting import exchange, fees, liquidity

import common

MICROS = decimal.Decimal("0.000001")
MINUTE = datetime.timedelta(minutes=1)


def load(_, directory):
    # The engine takes decimals; they are made from the text, before the clock starts.
    markets = []
    for index, path in enumerate(common.files(directory)):
        pair = basana.Pair(f"I{index:02}", "USD")
        with open(path) as file:
            next(file)
            bars = []
            for line in file:
                fields = line.split(",")
                begin = datetime.datetime.fromtimestamp(int(fields[0]) / 1000, datetime.timezone.utc)
                bars.append(basana.Bar(begin, pair, *map(decimal.Decimal, fields[1:]), MINUTE))
        markets.append((pair, bars))
    return markets


class Bars(event.FifoQueueEventSource):
    """All bars, each known at its end."""

    def __init__(self, bars):
        super().__init__(events=[basana.BarEvent(bar.datetime + MINUTE, bar) for bar in bars])


def strategy(market, pair, counts):
    """The rule for one pair."""
    cross = common.Cross()
    held = decimal.Decimal(0)

    async def on_bar(bar_event):
        nonlocal held
        target = cross.target(int(bar_event.bar.close * 100))
        if target > 0 and not held:
            held = (10_000 / bar_event.bar.close).quantize(MICROS, rounding=decimal.ROUND_FLOOR)
            await market.create_market_order(basana.OrderOperation.BUY, pair, held)
        elif target < 0 and held:
            await market.create_market_order(basana.OrderOperation.SELL, pair, held)
            held = decimal.Decimal(0)
            counts.append(bar_event.when)

    return on_bar


async def simulate(markets):
    dispatcher = basana.backtesting_dispatcher()
    market = exchange.Exchange(
        dispatcher, {"USD": decimal.Decimal(int(common.CASH))},
        liquidity_strategy_factory=liquidity.InfiniteLiquidity, fee_strategy=fees.Percentage(decimal.Decimal("0.1")))
    counts = []
    for pair, bars in markets:
        market.set_symbol_precision(pair.base_symbol, 6)
        market.set_symbol_precision("USD", 11)
        market.add_bar_source(Bars(bars))
        market.subscribe_to_bar_events(pair, strategy(market, pair, counts))
    await dispatcher.run()
    equity = (await market.get_balance("USD")).total
    for pair, bars in markets:
        equity += (await market.get_balance(pair.base_symbol)).total * bars[-1].close
    last = max(bars[-1].datetime + MINUTE for _, bars in markets)
    # An order of the last bar is never filled.
    return sum(when < last for when in counts), equity


def bars(markets):
    return asyncio.run(simulate(markets))


if __name__ == "__main__":
    common.main("basana", load, {"bars": bars, "portfolio": bars})
