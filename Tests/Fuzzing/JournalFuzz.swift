import Core
import Journal

/// Reads a payload as every kind of row. What is understood and written again must read back the same.
struct JournalFuzz {
  private let decoder = RecordDecoder(instruments: FuzzWorld.table)

  func run(_ input: [UInt8]) -> FuzzOutcome {
    var isTaken = HeadFile.parse(input) != nil
    var finding: String?
    func record(_ kind: RecordKind, _ payload: [UInt8]) -> JournalRecord {
      JournalRecord(sequence: 5, kind: kind, payload: payload)
    }
    func read(_ kind: RecordKind, _ body: (JournalRecord) throws -> Void) {
      do {
        try body(record(kind, input))
        isTaken = true
      } catch {
        if !(error is RecordError) { finding = "\(kind): \(error)" }
      }
    }
    func readTwice<Value: Equatable>(
      _ kind: RecordKind, _ body: (JournalRecord) throws -> Value, _ write: (Value) -> [UInt8]
    ) {
      read(kind) { first in
        let value = try body(first)
        let again = try? body(record(kind, write(value)))
        if again != value { finding = "\(kind): written again, it reads otherwise" }
      }
    }
    readTwice(.bar, decoder.bar) {
      RecordEncoder.bar(
        $0.bar, symbol: FuzzWorld.table[$0.bar.instrument].symbol, at: $0.at, isPreRoll: $0.isPreRoll)
    }
    readTwice(.report, decoder.report) { RecordEncoder.report($0, instruments: FuzzWorld.table) }
    readTwice(.outcome, decoder.outcome, RecordEncoder.outcome)
    readTwice(.control, decoder.control, RecordEncoder.control)
    readTwice(.timer, decoder.timer, RecordEncoder.timer)
    readTwice(.state, RecordDecoder.state, RecordEncoder.state)
    // Numbers that are not finite come back as such, and then equal nothing.
    read(.answer) { _ = try decoder.answer($0) }
    read(.session) { _ = try RecordEncoder.session(try RecordDecoder.session($0)) }
    read(.decision) {
      _ = try Explanation.text($0, following: [record(.intent, input), record(.fill, input), record(.order, input)])
      _ = try Explanation.json($0, following: [record(.latch, input)])
    }
    if let finding { return .finding(finding) }
    return isTaken ? .taken : .refused
  }
}
