import Core
import Exchange
import Testing

/// What bars do beyond the fill model of whole orders: shares of the volume, pairs, orders of one moment.
@Suite struct BarDriverTests {
  private func bar(_ minute: Int64, _ open: String, _ high: String, _ low: String, _ close: String, volume: Int = 10)
    -> Bar
  {
    var bar = World.bar(minute, open, high, low, close)
    bar.volume = Measure(volume)
    return bar
  }

  private func started(share: Rate? = nil, instrument: Instrument = World.instrument(0)) -> PaperExchange {
    let costs = PaperCosts(spread: .zero, slippage: .zero, maximumVolumeShare: share)
    var exchange = World.exchange([instrument], costs: costs)
    _ = exchange.advance(bar(0, "100", "100", "100", "100"))
    return exchange
  }

  @Test func ordersShareTheVolumeAndWorkOn() {
    var exchange = started(share: Rate(basisPoints: 1000))
    _ = exchange.send(World.order(World.id(1), .buy, "1.5"))
    let first = exchange.advance(bar(1, "100", "100", "100", "100"))
    #expect(first.compactMap(\.fill).map(\.quantity) == [World.quantity("1")])
    #expect(exchange.openOrders.map(\.state) == [.partiallyFilled])
    #expect(exchange.openOrders.first?.filledQuantity == World.quantity("1"))
    // Half of what was claimed is released with the half that traded.
    #expect(exchange.state.reservedQuote == World.money("50.05"))
    let second = exchange.advance(bar(2, "101", "101", "101", "101"))
    #expect(second.compactMap(\.fill).map(\.price) == [World.price("101")])
    #expect(exchange.openOrders.isEmpty && exchange.state.reservedQuote.isZero)
    #expect(exchange.position().quantity == World.quantity("1.5"))
  }

  @Test func sharesAreWholeLotsAndStopsComeBeforeLimits() {
    var exchange = started(share: Rate(basisPoints: 10))
    _ = exchange.send(World.order(World.id(1), .buy, "2", .limit(World.price("99"))))
    _ = exchange.send(World.order(World.id(2), .buy, "2", .stopMarket(trigger: World.price("101"))))
    // A thousandth of 1999 is 1.999, and the stop takes all of it.
    let reports = exchange.advance(bar(1, "100", "102", "98", "100", volume: 1999))
    #expect(reports.compactMap(\.fill).map(\.clientID) == [World.id(2)])
    #expect(reports.compactMap(\.fill).map(\.quantity) == [World.quantity("1.999")])
    // What is left of the stop is a market order at the next open.
    let next = exchange.advance(bar(2, "97", "97", "97", "97", volume: 1999))
    #expect(next.compactMap(\.fill).map(\.quantity) == [World.quantity("0.001"), World.quantity("1.998")])
    #expect(next.compactMap(\.fill).map(\.price) == [World.price("97"), World.price("97")])
  }

  @Test func aBarWithoutVolumeTradesNothingWhenSharesCount() {
    var exchange = started(share: .one)
    _ = exchange.send(World.order(World.id(1), .buy, "1"))
    #expect(exchange.advance(bar(1, "100", "100", "100", "100", volume: 0)).isEmpty)
    #expect(exchange.openOrders.count == 1)
  }

  private func protected() -> PaperExchange {
    var exchange = started()
    _ = exchange.send(World.order(World.id(1), .buy, "1"))
    _ = exchange.advance(bar(1, "100", "100", "100", "100"))
    return exchange
  }

  private func pair(_ limit: String = "105", _ stop: String = "95") -> (limit: OrderRequest, stop: OrderRequest) {
    (
      World.order(World.id(1, .takeProfit), .sell, "1", .limit(World.price(limit)), reduceOnly: true),
      World.order(World.id(1, .protectiveStop), .sell, "1", .stopMarket(trigger: World.price(stop)), reduceOnly: true)
    )
  }

  @Test func aPairEndsItself() {
    var exchange = protected()
    let (limit, stop) = pair()
    let reports = exchange.submitPair(limit: limit, stop: stop, at: exchange.clock)
    #expect(reports.map(\.clientID) == [limit.clientID, stop.clientID] && reports.allSatisfy { $0.reason == nil })
    let both = exchange.advance(bar(2, "100", "106", "94", "100"))
    #expect(both.compactMap(\.fill).map(\.clientID) == [stop.clientID])
    #expect(both.first == .expired(limit.clientID, at: Timestamp(milliseconds: 180_000)))
    #expect(exchange.openOrders.isEmpty && exchange.position() == .flat)
  }

  @Test func theLimitOfAPairMakesAtItsPrice() {
    var exchange = protected()
    let (limit, stop) = pair()
    _ = exchange.submitPair(limit: limit, stop: stop, at: exchange.clock)
    let gap = exchange.advance(bar(2, "110", "110", "110", "110"))
    #expect(gap.compactMap(\.fill).map(\.price) == [World.price("105")])
    #expect(gap.compactMap(\.fill).map(\.isMaker) == [true])
    #expect(gap.last == .expired(stop.clientID, at: Timestamp(milliseconds: 120_000)))
  }

  @Test func pairsAreRefusedWhole() {
    var exchange = protected()
    let before = exchange.state
    let (limit, stop) = pair("95", "105")
    #expect(
      exchange.submitPair(limit: limit, stop: stop, at: exchange.clock).map(\.reason) == [.invalid, .invalid])
    #expect(exchange.state == before)
  }

  @Test func cancelAllAndCountdown() {
    var exchange = started()
    let low = OrderKind.limit(World.price("50"))
    for sequence in UInt64(1)...3 { _ = exchange.send(World.order(World.id(sequence), .buy, "1", low)) }
    #expect(exchange.cancelAll(at: exchange.clock).map(\.clientID) == [1, 2, 3].map { World.id($0) })
    _ = exchange.send(World.order(World.id(4), .buy, "1", low))
    exchange.setCountdown(90_000, at: exchange.clock)
    #expect(exchange.state.deadline == Timestamp(milliseconds: 150_000))
    #expect(exchange.advance(bar(1, "100", "100", "100", "100")).isEmpty)
    let reports = exchange.advance(bar(2, "100", "100", "100", "100"))
    #expect(reports == [.cancelled(World.id(4), at: Timestamp(milliseconds: 150_000))])
    #expect(exchange.state.deadline == nil && exchange.state.reservedQuote.isZero)
  }

  @Test func cancelReplaceIsWholeOrSaysWhatHappened() {
    var exchange = started()
    let low = OrderKind.limit(World.price("50"))
    _ = exchange.send(World.order(World.id(1), .buy, "1", low))
    let poor = World.order(World.id(2), .buy, "1000", low)
    let before = exchange.state
    let refused = exchange.replace(World.id(1), with: poor, .atomic, at: exchange.clock)
    #expect(refused.outcome == ReplaceOutcome(cancel: .notAttempted, new: .failed(.insufficientBalance)))
    #expect(refused.reports.isEmpty && exchange.state == before)
    let half = exchange.replace(World.id(1), with: poor, .stopOnFailure, at: exchange.clock)
    #expect(half.outcome == ReplaceOutcome(cancel: .done, new: .failed(.insufficientBalance)))
    #expect(half.reports.count == 2 && exchange.openOrders.isEmpty)
    _ = exchange.send(World.order(World.id(3), .buy, "1", low))
    let whole = exchange.replace(
      World.id(3), with: World.order(World.id(4), .buy, "2", low), .atomic, at: exchange.clock)
    #expect(whole.outcome == ReplaceOutcome(cancel: .done, new: .done))
    #expect(exchange.openOrders.map(\.request.clientID) == [World.id(4)])
  }

  @Test func baseFeesShrinkWhatIsBought() {
    var exchange = started(instrument: World.baseFee(0))
    _ = exchange.send(World.order(World.id(1), .buy, "2"))
    let fill = exchange.advance(bar(1, "100", "100", "100", "100")).compactMap(\.fill).first
    #expect(fill?.feeBase == World.quantity("0.002") && fill?.feeQuote == .zero)
    #expect(exchange.account.cashQuote == World.money("9800"))
    #expect(exchange.position().quantity == World.quantity("1.998"))
    #expect(exchange.position().totalCostQuote == World.money("200"))
    #expect(exchange.send(World.order(World.id(2, .exit), .sell, "1.999")).reason == .insufficientBalance)
    #expect(exchange.send(World.order(World.id(2, .exit), .sell, "1.998")).reason == nil)
  }
}
