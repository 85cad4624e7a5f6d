import Core
import Exchange

/// A busy market of 64 accounts around 100.00: half limits, four tenths cancels, one tenth orders that take.
struct MixedLoad {
  private enum Step {
    case submit(EngineOrder)
    case cancel(ClientKey, AccountID)
  }
  let seed: UInt64

  func run(_ operations: Int) -> (seconds: Double, trades: Int) {
    let steps = steps(operations)
    var engine = ExchangeBenchmark.engine(accounts: 64)
    var events: [EngineEvent] = []
    events.reserveCapacity(4096)
    let time = Timestamp(milliseconds: 1000)
    let seconds = ExchangeBenchmark.seconds {
      for step in steps {
        events.removeAll(keepingCapacity: true)
        switch step {
        case .submit(let order): engine.submit(order, at: time, into: &events)
        case .cancel(let key, let account): engine.cancel(key, of: account, at: time, into: &events)
        }
      }
    }
    return (seconds, Int(engine.tradeCount))
  }

  /// Drawn beforehand, so that the engine alone is measured. Cancels name orders of up to 2048 ago: some have traded.
  private func steps(_ operations: Int) -> [Step] {
    var random = CounterRandom(seed: seed, purpose: .propertyTest)
    var recent: [(ClientKey, AccountID)] = []
    return (0..<operations).map { number in
      let kind = random.below(10)
      if kind < 4, recent.count == 2048 {
        let place = random.below(recent.count)
        let (key, account) = recent[place]
        return .cancel(key, account)
      }
      let account = random.below(64)
      let side: Side = random.below(2) == 0 ? .buy : .sell
      let sign = side == .buy ? -1 : 1
      let away = kind == 9 ? -20 : 1 + random.below(30)
      let order = ExchangeBenchmark.limit(
        UInt64(number + 1), account, side, ticks: 10_000 + sign * away, lots: 100 + random.below(400))
      let name = (order.key, order.account)
      if recent.count < 2048 { recent.append(name) } else { recent[number % 2048] = name }
      return .submit(order)
    }
  }
}

/// Each kind of operation alone: so many limits that rest on 100 levels, their cancels, and takers that each match one.
struct PhaseLoad {
  func run(_ count: Int) -> (rest: Double, cancel: Double, match: Double) {
    var engine = ExchangeBenchmark.engine(accounts: 64)
    var events: [EngineEvent] = []
    let time = Timestamp(milliseconds: 1000)
    let orders = (0..<count).map {
      ExchangeBenchmark.limit(UInt64($0 + 1), $0 % 64, .buy, ticks: 9_900 + $0 * 7 % 100, lots: 100)
    }
    let takers = (0..<count).map {
      ExchangeBenchmark.limit(UInt64(count + $0 + 1), ($0 + 1) % 64, .sell, ticks: 9_000, lots: 100)
    }
    events.reserveCapacity(16)
    let place = { (orders: [EngineOrder], engine: inout MatchingEngine) in
      ExchangeBenchmark.seconds {
        for order in orders {
          events.removeAll(keepingCapacity: true)
          engine.submit(order, at: time, into: &events)
        }
      }
    }
    _ = place(orders, &engine)
    for order in orders { engine.cancel(order.key, of: order.account, at: time, into: &events) }
    let rest = place(orders, &engine)
    let cancel = ExchangeBenchmark.seconds {
      for order in orders {
        events.removeAll(keepingCapacity: true)
        engine.cancel(order.key, of: order.account, at: time, into: &events)
      }
    }
    _ = place(orders, &engine)
    let match = place(takers, &engine)
    let unit = 1e9 / Double(count)
    return (rest * unit, cancel * unit, match * unit)
  }
}

/// Bars on the paper exchange, with so many limits far from the market.
struct BarLoad {
  let orders: Int

  func run(_ count: Int) -> (seconds: Double, trades: Int) {
    let instruments = InstrumentTable(ExchangeBenchmark.engine(accounts: 0).instruments.map(\.instrument))
    var exchange = PaperExchange(
      instruments: instruments, cashQuote: Money(raw: 1_000_000 * Money.unit), costs: .none)
    var bar = Bar(
      instrument: InstrumentID(index: 0), timeframe: .oneMinute, openTime: Timestamp(milliseconds: 0),
      open: Price(raw: 100 * Price.unit), high: Price(raw: 101 * Price.unit), low: Price(raw: 99 * Price.unit),
      close: Price(raw: 100 * Price.unit), volume: Measure(1))
    _ = exchange.advance(bar)
    for sequence in 0..<orders {
      let request = OrderRequest(
        clientID: ClientOrderID(sequence: UInt64(sequence + 1), role: .entry), instrument: bar.instrument, side: .buy,
        kind: .limit(Price(raw: 50 * Price.unit)), quantity: Quantity(raw: Quantity.unit), isReduceOnly: false)
      _ = exchange.submit(request, at: exchange.clock)
    }
    var fills = 0
    let seconds = ExchangeBenchmark.seconds {
      for _ in 0..<count {
        bar.openTime = bar.closeTime
        fills += exchange.advance(bar).count
      }
    }
    return (seconds, fills)
  }
}
