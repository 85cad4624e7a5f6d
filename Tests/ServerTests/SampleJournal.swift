import Core
import Foundation
import Journal

/// A journal of some trades, gone with the test.
final class SampleJournal: Sendable {
  let path = NSTemporaryDirectory() + "hrmbot-server-journal-\(UUID().uuidString)"
  /// The decision of the first trade.
  let decision = "D-3"
  private static let moment = Timestamp(milliseconds: 1_709_298_000_000)

  init(trades: Int) throws {
    let store = try JournalStore.open(directory: path, durability: .relaxed)
    try Self.append(to: store, .bar, RecordEncoder.bar(Self.bar, symbol: "SIM-BTC", at: Self.moment, isPreRoll: false))
    try Self.append(
      to: store, .policy,
      RecordEncoder.policy(from: "hrm", to: "flat", trigger: "latency", evidence: "slow", at: Self.moment))
    try Self.append(to: store, .decision, Self.decisionRecord(3))
    for _ in 0..<trades { try Self.trade(store) }
    try store.close()
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// One more trade.
  func trade() throws {
    let store = try JournalStore.open(directory: path, durability: .relaxed)
    try Self.trade(store)
    try store.close()
  }

  private static var bar: Bar {
    Bar(
      instrument: InstrumentID(index: 0), timeframe: .oneMinute, openTime: moment, open: Price(raw: 100 * Price.unit),
      high: Price(raw: 100 * Price.unit), low: Price(raw: 100 * Price.unit), close: Price(raw: 100 * Price.unit),
      volume: Measure(1))
  }

  private static func append(to store: JournalStore, _ kind: RecordKind, _ payload: [UInt8]) throws {
    try store.append([JournalRecord(sequence: store.head.count + 1, kind: kind, payload: payload)])
  }

  /// Buys one at 100 and sells it at 101, each for a fee of 0.1.
  private static func trade(_ store: JournalStore) throws {
    var position = PositionView.flat
    for (role, side, price) in [(OrderRole.entry, Side.buy, 100), (.exit, .sell, 101)] as [(OrderRole, Side, Int64)] {
      let before = try JournalCount.fills(store)
      let id = ClientOrderID(sequence: before == 0 ? 3 : store.head.count, role: role)
      let quantity = Quantity(raw: Quantity.unit)
      try append(
        to: store, .intent,
        RecordEncoder.intent(
          OrderRequest(
            clientID: id, instrument: InstrumentID(index: 0), side: side, kind: .market, quantity: quantity,
            isReduceOnly: role == .exit), symbol: "SIM-BTC", at: moment))
      let fill = Fill(
        tradeID: before + 1, clientID: id, instrument: InstrumentID(index: 0), side: side, quantity: quantity,
        price: Price(raw: price * Price.unit), feeQuote: Money(raw: Money.unit / 10), isMaker: false, time: moment)
      let (after, realised) = try position.applying(fill)
      position = after
      try append(
        to: store, .fill,
        RecordEncoder.fill(fill, symbol: "SIM-BTC", positionAfter: after, realisedQuote: realised))
      try append(to: store, .order, RecordEncoder.order(id, .filled, at: moment))
    }
  }

  private static func decisionRecord(_ sequence: UInt64) -> [UInt8] {
    let instrument = Instrument(
      id: InstrumentID(index: 0), symbol: "SIM-BTC", venue: "simulated", kind: .cryptoSpot, isShortable: true,
      calendar: .alwaysOpen,
      rules: [
        InstrumentRules(
          effectiveFrom: Timestamp(milliseconds: 0), tick: Price(raw: 10_000_000), lot: Quantity(raw: 100_000),
          minimumQuantity: Quantity(raw: 100_000), minimumNotionalQuote: .zero, makerFee: .zero, takerFee: .zero)
      ])
    let decision = Decision(
      sequence: sequence, instrument: instrument.id, timeframe: .oneMinute, barClose: bar.closeTime,
      policy: PolicyIdentity(name: "sma", sha256: "", isUntrained: false), role: .production, fallbackReason: nil,
      legalMask: LegalMask(position: .flat, isShortable: true), action: .buyLong,
      quantityFraction: Rate(raw: Rate.unit), reading: nil, note: nil)
    let observation = Observation(
      instrument: instrument.id, timeframe: .oneMinute, bar: bar, barCount: 300, window: [], context: [],
      complexity: 0.5, quality: [], position: .flat, isShortable: true, averageTrueRange: nil, volatilityPerBar: nil,
      volatilityRank: nil, quote: nil)
    let verdict = Verdict(
      decisionSequence: sequence, finalAction: .buyLong, finalQuantity: Quantity(raw: Quantity.unit), skipReason: nil,
      checks: [CheckResult(check: .spread, outcome: .pass)], order: nil)
    return RecordEncoder.decision(
      decision, observation, verdict,
      context: DecisionContext(
        instrument: instrument, mode: "paper", inputSequence: 1, at: moment, featuresHash: nil, featureSchema: ""))
  }
}

/// How many fills a journal holds.
private enum JournalCount {
  static func fills(_ store: JournalStore) throws -> UInt64 {
    let records = try store.newest(.fill, limit: 1)
    return try records.first.map { try FillRecord($0).tradeID } ?? 0
  }
}
