import Core
import Foundation
import Journal
import Testing

/// Random inputs, each written and read back.
private struct Maker {
  var random: CounterRandom

  mutating func float() -> Float {
    switch random.below(8) {
    case 0: [0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -1][random.below(5)]
    default:
      {
        let value = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
        return value.isFinite ? value : 1
      }()
    }
  }
  mutating func text() -> String {
    let pieces = ["", "a", "\"", "\\", "\n", "\u{1}", "é", "🙂", "</script>", "h42-e0", "\u{7F}", "\u{2028}"]
    return (0..<random.below(6)).map { _ in pieces[random.below(pieces.count)] }.joined()
  }
  mutating func flag() -> Bool { random.below(2) == 0 }
  mutating func moment() -> Timestamp { Timestamp(milliseconds: Int64(random.below(4_000_000_000_000))) }
  mutating func positive() -> Int64 { Int64(random.next() >> UInt64(1 + random.below(60))) }
  mutating func money() -> Money {
    Money(raw: (Int128(Int64(bitPattern: random.next())) << 64) >> Int128(random.below(100)))
  }
  mutating func id() -> ClientOrderID {
    ClientOrderID(
      sequence: random.next(), role: OrderRole.allCases[random.below(OrderRole.allCases.count)],
      attempt: UInt16(random.below(65_536)))
  }
  mutating func symbol() -> Instrument { table.instruments[random.below(2)] }

  mutating func bar() -> BarRecord {
    let bar = Bar(
      instrument: symbol().id, timeframe: [.oneSecond, .oneMinute, .oneHour, .oneDay][random.below(4)],
      openTime: moment(), open: Price(raw: positive()), high: Price(raw: positive()), low: Price(raw: -positive()),
      close: Price(raw: positive()), volume: Measure(raw: money().raw))
    return BarRecord(bar: bar, at: moment(), isPreRoll: flag())
  }
  mutating func networkReading() -> NetworkReading {
    NetworkReading(
      logits: (0..<5).map { _ in float() }, probabilities: (0..<5).map { _ in float() }, value: float(), qHalt: float(),
      qContinue: float(), segments: random.below(9), haltReason: HaltReason.allCases[random.below(4)],
      actionPerSegment: (0..<random.below(5)).map { _ in Action.allCases[random.below(5)] }, residualH: float(),
      residualL: float())
  }
  mutating func answer() -> AnswerRecord {
    let reading = flag() ? networkReading() : nil
    return AnswerRecord(
      ticket: random.next(), instrument: symbol().id, reading: reading, quantity: float(),
      failure: reading == nil ? text() : nil, latencyMicros: random.below(1_000_000), at: moment())
  }
  mutating func report() -> ReportRecord {
    let report: ExecutionReport
    switch random.below(5) {
    case 0: report = .accepted(id(), at: moment())
    case 1: report = .cancelled(id(), at: moment())
    case 2: report = .expired(id(), at: moment())
    case 3: report = .rejected(id(), RejectReason.allCases[random.below(RejectReason.allCases.count)], at: moment())
    default:
      report = .filled(
        Fill(
          tradeID: random.next(), clientID: id(), instrument: symbol().id, side: flag() ? .buy : .sell,
          quantity: Quantity(raw: positive()), price: Price(raw: positive()), feeQuote: money(),
          feeBase: flag() ? .zero : Quantity(raw: positive()), isMaker: flag(), time: moment()))
    }
    return ReportRecord(report: report, at: moment())
  }
  mutating func outcome() -> OutcomeRecord {
    let outcome: SubmitOutcome
    switch random.below(3) {
    case 0: outcome = .accepted
    case 1: outcome = .rejected(RejectReason.allCases[random.below(RejectReason.allCases.count)])
    default: outcome = .unknown(cause: text())
    }
    return OutcomeRecord(clientID: id(), outcome: outcome, at: moment())
  }
  mutating func control() -> ControlRecord {
    ControlRecord(
      command: text(), level: flag() ? StopLevel.allCases[random.below(3)] : nil, reason: flag() ? text() : nil,
      source: flag() ? StopSource.allCases[random.below(7)] : nil, by: flag() ? text() : nil,
      policy: flag() ? text() : nil, latchID: flag() ? text() : nil, at: moment())
  }
  mutating func session() -> SessionRecord {
    SessionRecord(
      build: text(), mode: text(), feed: flag() ? .simulated : .files([text(), text()]),
      instruments: ["SIM-BTC", text()],
      listings: [.init(kind: .cryptoSpot, venue: text()), .init(kind: .fx, venue: text())],
      rulesHash: text(), arithmetic: flag() ? text() : nil, isVirtualTime: flag(),
      timeframe: .oneHour, policyInCharge: text(),
      policies: [PolicyIdentity(name: text(), sha256: text(), isUntrained: flag())], settingsHash: text(),
      settings: Array("{\"risk\":{\"a\":[1,2.5,null]}}".utf8), seed: random.next(), session: random.next(),
      state: flag() ? Array("{\"s\":\"\\u00e9\"}".utf8) : nil, at: moment(), hasPairs: flag())
  }
}

@Suite struct RoundTripTests {
  private let decoder = RecordDecoder(instruments: table)

  @Test(arguments: 1...200 as ClosedRange<UInt64>)
  func everyInputReadsBack(seed: UInt64) throws {
    var maker = Maker(random: CounterRandom(seed: seed, purpose: .propertyTest))
    func check<Value: Equatable>(
      _ value: Value, _ kind: RecordKind, _ bytes: [UInt8], _ read: (JournalRecord) throws -> Value
    ) throws {
      #expect(try isCanonical(bytes), "seed \(seed)")
      let again = try read(JournalRecord(sequence: seed, kind: kind, payload: bytes))
      #expect(again == value, "seed \(seed)")
    }
    let bar = maker.bar()
    let symbol = table[bar.bar.instrument].symbol
    try check(
      bar, .bar, RecordEncoder.bar(bar.bar, symbol: symbol, at: bar.at, isPreRoll: bar.isPreRoll), decoder.bar)
    let answer = maker.answer()
    let bytes = RecordEncoder.answer(answer, symbol: table[answer.instrument].symbol)
    try check(answer, .answer, bytes, decoder.answer)
    let timer = TimerRecord(kind: maker.text(), ticket: maker.random.next(), at: maker.moment())
    try check(timer, .timer, RecordEncoder.timer(timer), decoder.timer)
    let report = maker.report()
    try check(report, .report, RecordEncoder.report(report, instruments: table), decoder.report)
    let outcome = maker.outcome()
    try check(outcome, .outcome, RecordEncoder.outcome(outcome), decoder.outcome)
    let control = maker.control()
    try check(control, .control, RecordEncoder.control(control), decoder.control)
    let session = maker.session()
    try check(session, .session, try RecordEncoder.session(session), RecordDecoder.session)
    let state = StateRecord(of: Array("{\"x\":[{}]}".utf8), isWithinInput: true)
    let record = JournalRecord(sequence: 1, kind: .state, payload: RecordEncoder.state(state))
    #expect(try RecordDecoder.state(record) == state)
    #expect(state.names(Array("{\"x\":[{}]}".utf8)) && !state.names(Array("{\"x\":[{} ]}".utf8)))
  }

  @Test func floatsKeepEveryBit() throws {
    var maker = Maker(random: CounterRandom(seed: 5, purpose: .propertyTest))
    for _ in 0..<500 {
      let answer = maker.answer()
      let bytes = RecordEncoder.answer(answer, symbol: "SIM-BTC")
      let read = try decoder.answer(JournalRecord(sequence: 1, kind: .answer, payload: bytes))
      #expect(read.quantity.bitPattern == answer.quantity.bitPattern)
      #expect(read.reading?.logits.map(\.bitPattern) == answer.reading?.logits.map(\.bitPattern))
    }
  }

  @Test func whatIsNotFiniteStaysSo() throws {
    let answer = AnswerRecord(
      ticket: 1, instrument: btc.id, reading: nil, quantity: .infinity, failure: "nan", latencyMicros: 7, at: moment)
    let bytes = RecordEncoder.answer(answer, symbol: "SIM-BTC")
    #expect(try isCanonical(bytes))
    #expect(try decoder.answer(JournalRecord(sequence: 1, kind: .answer, payload: bytes)).quantity.isNaN)
  }

  @Test func faultsNameRecordFieldAndValue() throws {
    let good = String(
      decoding: RecordEncoder.bar(observation().bar, symbol: "SIM-BTC", at: moment, isPreRoll: false), as: UTF8.self)
    for (old, new, field, value) in [
      ("\"c\":\"50050.25\"", "\"c\":\"1e999\"", "c", "1e999"),
      ("\"c\":\"50050.25\"", "\"c\":50050.25", "c", "50050.25"),
      ("SIM-BTC", "DOGE", "i", "DOGE"), ("\"tf\":\"1h\"", "\"tf\":\"0h\"", "tf", "0h"),
      ("\"at\":1709298000000", "\"at\":9223372036854775807", "at", "9223372036854775807"),
      ("\"h\":\"50100\",", "", "h", ""), ("\"v\":\"12\"", "\"v\":null", "v", "null"),
    ] {
      let payload = good.replacingOccurrences(of: old, with: new)
      #expect(payload != good)
      do {
        _ = try decoder.bar(JournalRecord(sequence: 77, kind: .bar, payload: Array(payload.utf8)))
        Issue.record("\(new) was taken")
      } catch let error as RecordError {
        #expect(error.sequence == 77 && error.field == field && error.value == value, "\(error)")
      }
    }
    #expect(throws: RecordError.self) {
      try decoder.bar(JournalRecord(sequence: 1, kind: .timer, payload: Array(good.utf8)))
    }
  }

  @Test func hostilePayloadsNeverTrap() {
    var maker = Maker(random: CounterRandom(seed: 99, purpose: .propertyTest))
    var refused = 0
    let nasty: [[UInt8]] = [
      [], [0], Array(repeating: 91, count: 100_000), Array("{\"a\":".utf8), Array("{\"a\":1,\"a\":2}".utf8),
      Array("\"\\ud800\"".utf8), [123, 34, 0xFF, 34, 58, 49, 125], Array("{\"at\":1e400}".utf8), Array("null".utf8),
      Array("{\"at\":-0}".utf8), Array("01".utf8), Array("[1,]".utf8), Array("{,}".utf8), Array("tru".utf8),
    ]
    for round in 0..<600 {
      var bytes: [UInt8]
      switch round % 5 {
      case 0: bytes = RecordEncoder.answer(maker.answer(), symbol: "SIM-BTC")
      case 1: bytes = RecordEncoder.report(maker.report(), instruments: table)
      case 2: bytes = (try? RecordEncoder.session(maker.session())) ?? []
      case 3: bytes = RecordEncoder.bar(maker.bar().bar, symbol: "SIM-BTC", at: moment, isPreRoll: true)
      default: bytes = nasty[maker.random.below(nasty.count)]
      }
      for _ in 0..<(1 + maker.random.below(3)) where !bytes.isEmpty {
        bytes[maker.random.below(bytes.count)] = UInt8(truncatingIfNeeded: maker.random.next())
      }
      for kind in RecordKind.allCases {
        let record = JournalRecord(sequence: 5, kind: kind, payload: bytes)
        let reads: [() throws -> Any] = [
          { try decoder.bar(record) }, { try decoder.answer(record) }, { try decoder.report(record) },
          { try RecordDecoder.session(record) }, { try decoder.outcome(record) }, { try decoder.control(record) },
          { try decoder.timer(record) }, { try RecordDecoder.state(record) },
          { try Explanation.text(record, following: [record]) }, { try Explanation.json(record, following: []) },
        ]
        for read in reads {
          do { _ = try read() } catch {
            refused += 1
            #expect(error is RecordError)
          }
        }
      }
    }
    #expect(refused > 20_000)
  }
}
