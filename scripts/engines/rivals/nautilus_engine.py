"""nautilus_trader: events through message bus, risk engine, matching engine and cache; a strategy called at every bar.

Market orders of a bar's close are filled at that close: from bars alone the engine has no later price to fill at.
"""

import decimal

import pandas
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.backtest.models import FillModel
from nautilus_trader.config import LoggingConfig, RiskEngineConfig, StrategyConfig
from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.data import BarType
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue
from nautilus_trader.model.instruments import CurrencyPair
from nautilus_trader.model.objects import Currency, Money, Price, Quantity
from nautilus_trader.persistence.wranglers import BarDataWrangler, TradeTickDataWrangler
from nautilus_trader.trading.strategy import Strategy

import common

VENUE = Venue("SIM")


def instrument(index):
    name = f"I{index:02}USDT"
    return CurrencyPair(
        instrument_id=InstrumentId(Symbol(name), VENUE), raw_symbol=Symbol(name),
        base_currency=Currency.from_str("BTC"), quote_currency=USDT, price_precision=2, size_precision=6,
        price_increment=Price(0.01, 2), size_increment=Quantity(0.000001, 6), ts_event=0, ts_init=0,
        maker_fee=decimal.Decimal("0.001"), taker_fee=decimal.Decimal("0.001"), margin_init=decimal.Decimal(0),
        margin_maint=decimal.Decimal(0))


class CrossConfig(StrategyConfig, frozen=True):
    bar_type: BarType


class Cross(Strategy):
    """The rule for one instrument."""

    def __init__(self, config):
        super().__init__(config)
        self.cross, self.held, self.closed, self.last_cents = common.Cross(), None, 0, 0

    def on_start(self):
        self.market = self.cache.instrument(self.config.bar_type.instrument_id)
        self.subscribe_bars(self.config.bar_type)

    def on_bar(self, bar):
        self.last_cents = round(bar.close.as_double() * 100)
        target = self.cross.target(self.last_cents)
        if target > 0 and self.held is None:
            self.held = Quantity(10**12 // self.last_cents / common.MILLION, 6)
            self.order(OrderSide.BUY)
        elif target < 0 and self.held is not None:
            self.order(OrderSide.SELL)
            self.held = None

    def order(self, side):
        self.submit_order(self.order_factory.market(self.market.id, side, self.held))

    def on_position_closed(self, _):
        self.closed += 1


def load(work, directory):
    markets = []
    for index, path in enumerate(common.files(directory)):
        market = instrument(index)
        if work == "ticks":
            bar_type = BarType.from_str(f"{market.id}-1-MINUTE-LAST-INTERNAL")
            table = pandas.read_csv(path)
            table.index = pandas.to_datetime(table.pop("timestamp_ms"), unit="ms", utc=True)
            table["side"] = table["side"].str.upper()
            table["trade_id"] = range(len(table))
            data = TradeTickDataWrangler(market).process(table)
        else:
            bar_type = BarType.from_str(f"{market.id}-1-MINUTE-LAST-EXTERNAL")
            table = common.frame(path)
            # Known at the end of the minute.
            table.index = table.index.tz_localize("UTC") + pandas.Timedelta(minutes=1)
            data = BarDataWrangler(bar_type, market).process(table)
        markets.append((market, bar_type, data))
    return markets


def bars(markets):
    engine = BacktestEngine(BacktestEngineConfig(
        logging=LoggingConfig(bypass_logging=True), risk_engine=RiskEngineConfig(bypass=True), run_analysis=False))
    engine.add_venue(
        VENUE, OmsType.NETTING, AccountType.MARGIN, [Money(common.CASH, USDT)], base_currency=USDT,
        fill_model=FillModel(), bar_execution=True, trade_execution=True)
    strategies = []
    for index, (market, bar_type, data) in enumerate(markets):
        engine.add_instrument(market)
        engine.add_data(data, sort=index == len(markets) - 1)
        strategies.append(Cross(CrossConfig(bar_type=bar_type, order_id_tag=f"{index:03}")))
        engine.add_strategy(strategies[-1])
    engine.run()
    equity = engine.portfolio.account(VENUE).balance_total(USDT).as_decimal()
    for (market, _, _), strategy in zip(markets, strategies, strict=True):
        for position in engine.cache.positions_open(instrument_id=market.id):
            equity += position.unrealized_pnl(Price(strategy.last_cents / 100, 2)).as_decimal()
    closed = sum(strategy.closed for strategy in strategies)
    engine.dispose()
    return closed, equity


if __name__ == "__main__":
    common.main("nautilus_trader", load, {"bars": bars, "portfolio": bars, "ticks": bars})
