import Bot
import Core
import Exchange
import Execution
import Foundation
import Testing

@Suite("Books through restarts")
struct RestartTests {
  private func sameBooks(_ rig: Rig, _ seed: UInt64) async throws {
    let account = try await rig.venue.account()
    let books = await rig.engine.stages.execution.books
    #expect(books.cashQuote == account.cashQuote, "seed \(seed)")
    for (own, venue) in zip(books.positions, account.positions) {
      #expect(own.side == venue.side && own.quantity == venue.quantity, "seed \(seed)")
      #expect(own.totalCostQuote == venue.totalCostQuote, "seed \(seed)")
    }
    #expect(await rig.state().execution.feesQuote == account.feesQuote, "seed \(seed)")
    #expect(await rig.engine.stages.risk.account.cashQuote == account.cashQuote, "seed \(seed)")
    #expect(!(await rig.engine.stages.execution.isUnreconciled), "seed \(seed)")
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func aRestoredEngineGoesOnAsIfNothingHadBeen(seed: UInt64) async throws {
    let bars = Rig.bars(seed: seed, Rig.warmUp + 120, instruments: 2)
    let warm = Rig.warmUp * 2
    let half = warm + 120 + Int(seed)
    func options() -> Rig.Options { Rig.Options(instruments: Rig.instruments(2), isRecording: false) }

    let whole = try await Rig.make(options())
    try await whole.begin(Array(bars.prefix(warm)))
    await whole.trade(bars[warm...])

    let first = try await Rig.make(options())
    try await first.begin(Array(bars.prefix(warm)))
    await first.trade(bars[warm..<half])
    let saved = await first.state()
    let text = saved.encoded()
    let restored = try EngineState(decoding: text)
    #expect(restored == saved)
    #expect(restored.encoded() == text)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    #expect(Array(try encoder.encode(restored)) == text, "a field is not written by hand")

    var next = options()
    next.state = restored
    next.executor = first.executor
    next.venue = first.venue.inner
    let second = try await Rig.make(next)
    // Decisions go on numbering where they were: an id is used once.
    await second.skip(to: first.engine.recorder.nextSequence)
    try await second.begin(Array(bars[(half - warm)..<half]))
    await second.trade(bars[half...])
    try await sameBooks(second, seed)
    let (uninterrupted, resumed) = (
      await whole.engine.stages.execution.books, await second.engine.stages.execution.books
    )
    #expect(uninterrupted.cashQuote == resumed.cashQuote, "seed \(seed)")
    #expect(uninterrupted.positions == resumed.positions, "seed \(seed)")
    #expect(
      await whole.engine.stages.risk.account.equityQuote == (await second.engine.stages.risk.account.equityQuote))
    #expect(uninterrupted.cashQuote.description != "100000", "something was traded")
  }

  @Test func damagedStateIsRefused() throws {
    for text in ["", "{}", "[]", "{\"execution\":null}"] {
      #expect(throws: (any Error).self) { try EngineState(decoding: Array(text.utf8)) }
    }
  }

  /// What an older version wrote may lack optional parts; what a newer one wrote must not be read without its own.
  @Test func aStateWithUnknownPartsIsRefused() async throws {
    let rig = try await Rig.make(Rig.Options(instruments: Rig.instruments(2), isRecording: false))
    let text = String(decoding: await rig.state().encoded(), as: UTF8.self)
    let altered = { (found: String, replacement: String) throws in
      let range = try #require(text.range(of: found), "\(found) in \(text)")
      return Array(text.replacingCharacters(in: range, with: replacement).utf8)
    }
    let state = try EngineState(decoding: try altered(#""sessions":"#, #""later":null,"sessions":"#))
    #expect(Array(text.utf8) == state.encoded(), "null says nothing")
    for (found, replacement, path) in [
      (#""sessions":"#, #""later":[],"sessions":"#, "later"),
      (#""counters":{"#, #""counters":{"later":1,"#, "execution.counters.later"),
      (#""positions":[{"#, #""positions":[{"later":{}, "#, "execution.positions[0].later"),
    ] {
      let bytes = try altered(found, replacement)
      #expect(throws: UnknownStatePart(path: path)) { try EngineState(decoding: bytes) }
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func ledgerAndBotAgreeToTheLastDecimal(seed: UInt64) async throws {
    var random = CounterRandom(seed: seed, purpose: .propertyTest, lane: 11)
    let scratch = try Scratch()
    let instruments = Rig.instruments(1 + random.below(3))
    let costs = PaperCosts(
      spread: Rate(raw: Int64(random.below(900_000))), slippage: Rate(raw: Int64(random.below(90_001))))
    let bars = Rig.bars(seed: seed, Rig.warmUp + 60, instruments: instruments.count)
    let warm = Rig.warmUp * instruments.count
    let executor = Rig.shared
    var state: EngineState?
    var sequence: UInt64 = 1
    var position = warm
    var cash = "100000"
    if random.below(2) == 0 { cash = "98765.432109876543210987" }
    while position < bars.count {
      let ledger = try PaperLedger(path: scratch.path + "/ledger.sqlite", durability: .relaxed)
      let exchange = try ledger.restore(instruments: instruments, cashQuote: try Money(cash), costs: costs)
      let venue = PaperVenue(executor: executor, exchange: exchange, ledger: ledger)
      var options = Rig.Options(
        instruments: instruments, cash: cash, state: state, isRecording: false, executor: executor)
      options.venue = venue
      let rig = try await Rig.make(options)
      await rig.skip(to: sequence)
      try await rig.begin(Array(bars[(position - warm)..<position]))
      let end = min(bars.count, position + 10 + random.below(80))
      for bar in bars[position..<end] {
        if random.below(15) == 0 { await venue.inject(random.below(2) == 0 ? .loseOrder : .loseAcknowledgement) }
        await rig.step(bar)
        try await sameBooks(rig, seed)
      }
      position = end
      state = try EngineState(decoding: await rig.state().encoded())
      sequence = rig.engine.recorder.nextSequence
      // A crash: what the venue did after the state was saved comes back by comparing.
      if position < bars.count, random.below(2) == 0 {
        for bar in bars[position..<min(position + instruments.count, bars.count)] { _ = await venue.advance(bar) }
        position = min(position + instruments.count, bars.count)
      }
      try await venue.close()
    }
    #expect(state?.execution.counters.fills ?? 0 > 0, "seed \(seed): nothing was traded")
  }

  @Test func aTenthAndTwoTenthsAreThreeTenths() throws {
    let instruments = Rig.instruments(1)
    var stage = ExecutionStage(instruments: instruments, cashQuote: try Money("10"))
    let one = Price(raw: Price.unit)
    func bar(_ minute: Int64) -> Bar {
      Bar(
        instrument: InstrumentID(index: 0), timeframe: .oneMinute,
        openTime: Timestamp(milliseconds: 1_700_000_040_000 + minute * 60_000), open: one, high: one, low: one,
        close: one, volume: Measure(1))
    }
    for (sequence, quantity) in [(UInt64(1), "0.1"), (2, "0.2")] {
      let request = OrderRequest(
        clientID: ClientOrderID(sequence: sequence, role: .entry), instrument: InstrumentID(index: 0), side: .buy,
        kind: .limit(one), quantity: try Quantity(quantity), isReduceOnly: false)
      let fill = Fill(
        tradeID: sequence, clientID: request.clientID, instrument: request.instrument, side: .buy,
        quantity: request.quantity, price: one, feeQuote: try Money("0.0001"), isMaker: false, time: bar(0).closeTime)
      _ = stage.submit(ApprovedOrder(request: request, collar: one, stopDistance: nil), at: bar(0).closeTime)
      _ = stage.receive(.filled(fill))
    }
    #expect(stage.position(of: InstrumentID(index: 0)).quantity.description == "0.3")
    #expect(stage.position(of: InstrumentID(index: 0)).totalCostQuote == (try Money("0.3")))
    #expect(stage.cashQuote == (try Money("9.6998")))
    #expect(0.1 + 0.2 != 0.3, "which is why")
  }
}

extension Rig {
  /// Gives numbers away, as the records of an earlier process did.
  func skip(to sequence: UInt64) {
    while engine.recorder.nextSequence < sequence { engine.recorder.record(.state) { _ in Array("{}".utf8) } }
  }
}
