import Core
import Digest
import Foundation
import GRDB
import Journal
import Testing

/// A directory that goes away with the test.
final class Scratch {
  let path = NSTemporaryDirectory() + "hrmbot-journal-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var head: String { path + "/head.json" }
  var database: String { path + "/journal.sqlite" }

  /// Runs SQL on the journal's file, as somebody who tampers with it would.
  func tamper(_ sql: String, _ arguments: StatementArguments = StatementArguments(), at path: String? = nil) throws {
    let queue = try DatabaseQueue(path: path ?? database)
    try queue.write { try $0.execute(sql: sql, arguments: arguments) }
    try queue.close()
  }

  func value<Value: DatabaseValueConvertible>(_ sql: String) throws -> Value? {
    let queue = try DatabaseQueue(path: database)
    defer { try? queue.close() }
    return try queue.read { try Value.fetchOne($0, sql: sql) }
  }
}

func record(_ sequence: UInt64, _ text: String? = nil, kind: RecordKind = .timer) -> JournalRecord {
  JournalRecord(
    sequence: sequence, kind: kind, payload: Array((text ?? "{\"at\":\(sequence)}").utf8),
    wallMicros: Int64(sequence) * 10, latency: sequence % 2 == 0 ? Array("{\"total\":1}".utf8) : nil)
}

/// A `state` record with the state that it names.
func stateRecord(_ sequence: UInt64, _ text: String, isWithinInput: Bool = false) -> JournalRecord {
  let bytes = Array(text.utf8)
  return JournalRecord(
    sequence: sequence, kind: .state,
    payload: RecordEncoder.state(StateRecord(of: bytes, isWithinInput: isWithinInput)), state: bytes)
}

func records(_ range: ClosedRange<UInt64>) -> [JournalRecord] { range.map { record($0) } }

/// A closed journal with `count` records.
func journal(_ count: UInt64, in scratch: Scratch, durability: JournalDurability = .relaxed) throws {
  let store = try JournalStore.open(directory: scratch.path, durability: durability)
  if count > 0 { try store.append(records(1...count)) }
  try store.close()
}

let btc = instrument(0, "SIM-BTC", venue: "simulated")
let eth = instrument(1, "ETH-USDT", venue: "binance-spot")
let table = InstrumentTable([btc, eth])

func instrument(_ index: UInt16, _ symbol: String, venue: String) -> Instrument {
  Instrument(
    id: InstrumentID(index: index), symbol: symbol, venue: venue, kind: .cryptoSpot, isShortable: index == 0,
    calendar: .alwaysOpen,
    rules: [
      InstrumentRules(
        effectiveFrom: Timestamp(milliseconds: 0), tick: Price(raw: 10_000_000), lot: Quantity(raw: 100_000),
        minimumQuantity: Quantity(raw: 100_000), minimumNotionalQuote: .zero, makerFee: .zero, takerFee: .zero)
    ])
}

let moment = Timestamp(milliseconds: 1_709_298_000_000)

func reading() -> NetworkReading {
  NetworkReading(
    logits: [1.5, -0.25, 0, 3, 1e-7], probabilities: [0.65, 0.1, 0, 0, 0.25], value: 0.012, qHalt: 0.5,
    qContinue: -0.25,
    segments: 3, haltReason: .q, actionPerSegment: [.hold, .buyLong, .buyLong], residualH: 0.001, residualL: 1e-9)
}

func decision(_ sequence: UInt64, _ action: Action = .buyLong, reading: NetworkReading? = reading()) -> Decision {
  Decision(
    sequence: sequence, instrument: btc.id, timeframe: .oneHour, barClose: moment,
    policy: PolicyIdentity(name: "hrm-27m-seed1", sha256: String(repeating: "ab", count: 32), isUntrained: true),
    role: .production, fallbackReason: nil, legalMask: LegalMask(position: .flat, isShortable: true), action: action,
    quantityFraction: Rate(basisPoints: 5000), reading: reading, note: nil)
}

func observation() -> Observation {
  let bar = Bar(
    instrument: btc.id, timeframe: .oneHour, openTime: moment.adding(milliseconds: -3_600_000),
    open: Price(raw: 50_000 * Price.unit), high: Price(raw: 50_100 * Price.unit), low: Price(raw: 49_900 * Price.unit),
    close: Price(raw: 50_050_250_000_000), volume: Measure(12))
  return Observation(
    instrument: btc.id, timeframe: .oneHour, bar: bar, barCount: 300, window: [], context: [], complexity: 0.4375,
    quality: [], position: .flat, isShortable: true, averageTrueRange: Price(raw: Price.unit), volatilityPerBar: 0.01,
    volatilityRank: 0.735, quote: nil)
}

func verdict(_ sequence: UInt64, checks: [CheckResult], veto: RiskCheck? = nil, order: ApprovedOrder? = nil) -> Verdict
{
  Verdict(
    decisionSequence: sequence, finalAction: order == nil ? .hold : .buyLong,
    finalQuantity: order?.request.quantity ?? .zero, skipReason: veto.map { .veto($0) }, checks: checks, order: order)
}

func context(_ sequence: UInt64) -> DecisionContext {
  DecisionContext(
    instrument: btc, mode: "paper", inputSequence: sequence - 1, at: moment, featuresHash: SHA256.digest([1, 2, 3]),
    featureSchema: String(repeating: "cd", count: 32))
}

/// Whether keys ascend in every object of a JSON text, and the text is JSON for Foundation too.
func isCanonical(_ bytes: [UInt8]) throws -> Bool {
  _ = try JSONSerialization.jsonObject(with: Data(bytes))
  func ascends(_ tree: JSONTree) -> Bool {
    if let members = tree.members {
      let keys = members.map { Array($0.key.utf8) }
      return zip(keys, keys.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) }
        && members.allSatisfy { ascends($0.value) }
    }
    return tree.array?.allSatisfy(ascends) ?? true
  }
  return ascends(try JSONTree.parse(bytes))
}
