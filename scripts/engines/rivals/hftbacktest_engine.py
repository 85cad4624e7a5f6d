"""hftbacktest: a compiled strategy over trades and depth, woken once a minute; it makes the bars from trades itself.

Orders fill against the book, so a quote on either side is laid between two minutes, three events more for each 600
trades. A market order to buy is filled at the next minute's first price, as the rule says; one to sell a cent below it,
since the engine's book cannot have both sides at one price.
"""

import numba
import numpy
import pandas
from hftbacktest import (
    BUY_EVENT, DEPTH_EVENT, DEPTH_CLEAR_EVENT, EXCH_EVENT, GTC, LOCAL_EVENT, MARKET, SELL_EVENT, TRADE_EVENT,
    BacktestAsset, HashMapMarketDepthBacktest)
from hftbacktest.types import event_dtype

import common

MINUTE_NS = 60_000_000_000
LOT = 0.000001


def load(_, directory):
    table = pandas.read_csv(common.files(directory)[0])
    times, prices = table["timestamp_ms"].to_numpy() * 1_000_000, table["price"].to_numpy()
    minutes = times // MINUTE_NS
    first = numpy.flatnonzero(numpy.concatenate([[True], minutes[1:] != minutes[:-1]]))
    # Each trade is one event; before the first of a minute come three that lay the new quote.
    place = numpy.arange(len(times)) + 3 * numpy.searchsorted(first, numpy.arange(len(times)), side="right")
    events = numpy.zeros(len(times) + 3 * len(first), event_dtype)
    both = EXCH_EVENT | LOCAL_EVENT
    side = numpy.where(table["side"].to_numpy() == "buy", BUY_EVENT, SELL_EVENT)
    fill(events, place, both | TRADE_EVENT | side, times, prices, table["quantity"].to_numpy())
    at = place[first]
    start = times[first] - 1_000_000
    fill(events, at - 3, both | DEPTH_CLEAR_EVENT, start, 0.0, 0.0)
    fill(events, at - 2, both | DEPTH_EVENT | BUY_EVENT, start, prices[first] - 0.01, 1e6)
    fill(events, at - 1, both | DEPTH_EVENT | SELL_EVENT, start, prices[first], 1e6)
    return events


def fill(events, place, kind, times, prices, quantities):
    events["ev"][place], events["exch_ts"][place], events["local_ts"][place] = kind, times, times
    events["px"][place], events["qty"][place] = prices, quantities


@numba.njit
def trade(engine):
    """The rule; how many round trips were closed. A last minute that is not whole ends without a decision."""
    closes, fast, slow, count = numpy.zeros(common.SLOW, numpy.int64), 0, 0, 0
    held, closed = 0.0, 0
    # Just before the new quote of the next minute.
    while engine.elapse(MINUTE_NS if count else MINUTE_NS - 2_000_000) == 0:
        trades = engine.last_trades(0)
        if len(trades) == 0:
            break
        cents = round(trades[-1].px * 100)
        engine.clear_last_trades(0)
        slot = count % common.SLOW
        fast += cents - closes[(count - common.FAST) % common.SLOW]
        slow += cents - closes[slot]
        closes[slot] = cents
        count += 1
        difference = 0 if count < common.SLOW else 5 * fast - slow
        if difference > 0 and held == 0:
            held = (10**12 // cents) / 1e6
            engine.submit_buy_order(0, count, cents / 100, held, GTC, MARKET, False)
        elif difference < 0 and held != 0:
            engine.submit_sell_order(0, count, cents / 100, held, GTC, MARKET, False)
            held = 0.0
            closed += 1
        engine.clear_inactive_orders(0)
    return closed


def ticks(events):
    asset = (
        BacktestAsset().data([events]).linear_asset(1.0).constant_order_latency(2_500_000, 0)
        .risk_adverse_queue_model().no_partial_fill_exchange().trading_value_fee_model(common.FEE, common.FEE)
        .tick_size(0.01).lot_size(LOT).last_trades_capacity(1000))
    engine = HashMapMarketDepthBacktest([asset])
    closed = trade(engine)
    state = engine.state_values(0)
    equity = common.CASH + state.balance - state.fee + state.position * events["px"][-1]
    engine.close()
    return closed, round(float(equity), 6)


if __name__ == "__main__":
    common.main("hftbacktest", load, {"ticks": ticks})
