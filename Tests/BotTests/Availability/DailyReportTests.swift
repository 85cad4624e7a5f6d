import Bot
import Core
import Foundation
import Journal
import Settings
import Testing

@Suite struct DailyReportTests {
  private static let day = CalendarDay("2026-03-01")!
  private static func at(_ hours: Double) -> Timestamp { day.start.adding(milliseconds: Int64(hours * 3_600_000)) }

  private final class Writer {
    private(set) var records: [JournalRecord] = []
    func add(_ kind: RecordKind, _ at: Timestamp, _ text: String) { add(kind, at, Array(text.utf8)) }
    func add(_ kind: RecordKind, _ at: Timestamp, _ payload: [UInt8]) {
      records.append(
        JournalRecord(
          sequence: UInt64(records.count + 1), kind: kind, payload: payload, wallMicros: at.milliseconds * 1000))
    }
  }

  private func session(_ at: Timestamp, _ number: UInt64) throws -> [UInt8] {
    try RecordEncoder.session(
      SessionRecord(
        build: "1", mode: "paper", feed: .simulated, instruments: ["SIM-BTC"],
        listings: [.init(kind: .cryptoSpot, venue: "simulated")], rulesHash: "", arithmetic: nil, isVirtualTime: false,
        timeframe: .oneMinute, policyInCharge: "hrm", policies: [], settingsHash: "", settings: Array("{}".utf8),
        seed: 1, session: number, state: nil, at: at))
  }

  private func decision(_ at: Timestamp, _ action: Action, skip: String?, fallback: Bool = false) -> String {
    """
    {"action":\(action.rawValue),"fallback_reason":\(fallback ? "\"deadline\"" : "null"),"final_action":4,\
    "model_id":"hrm","skip_reason":\(skip.map { "\"\($0)\"" } ?? "null"),"ts":\(at.milliseconds)}
    """
  }

  private func control(_ command: ControlCommand, _ at: Timestamp) -> [UInt8] {
    RecordEncoder.control(command.recorded(at: at))
  }

  private func fill(_ number: UInt64, _ at: Timestamp, _ side: Side, result: String, fee: String) throws -> [UInt8] {
    let quantity = Quantity(raw: Quantity.unit)
    let fill = Fill(
      tradeID: number, clientID: ClientOrderID(sequence: number, role: side == .buy ? .entry : .exit),
      instrument: InstrumentID(index: 0), side: side, quantity: quantity, price: try Price("100"),
      feeQuote: try Money(fee), isMaker: false, time: at)
    let after =
      side == .buy
      ? PositionView(side: .long, quantity: quantity, totalCostQuote: try Money("100"), entryTime: nil) : .flat
    return RecordEncoder.fill(fill, symbol: "SIM-BTC", positionAfter: after, realisedQuote: try Money(result))
  }

  private func journal() throws -> [JournalRecord] {
    let out = Writer()
    out.add(.session, Self.at(-10), try session(Self.at(-10), 1))
    out.add(.control, Self.at(-10), control(.readiness([]), Self.at(-10)))
    out.add(.fill, Self.at(-9), try fill(3, Self.at(-9), .buy, result: "0", fee: "0.1"))
    out.add(.decision, Self.at(-1), decision(Self.at(-1), .buyLong, skip: "veto_spread"))
    out.add(.fill, Self.at(1), try fill(5, Self.at(1), .sell, result: "7.25", fee: "0.2"))
    out.add(.decision, Self.at(2), decision(Self.at(2), .buyLong, skip: "veto_spread"))
    out.add(.decision, Self.at(2), decision(Self.at(2), .buyLong, skip: "veto_calendar", fallback: true))
    out.add(.decision, Self.at(3), decision(Self.at(3), .hold, skip: "policy_hold"))
    out.add(.decision, Self.at(3), decision(Self.at(3), .sellShort, skip: "veto_spread"))
    let latch = StopLatch(id: "L9-a", level: .stop, source: .file, reason: "lunch\n\u{1b}[2J", at: Self.at(4))
    out.add(.latch, Self.at(4), RecordEncoder.latch(latch, isSet: true, by: nil, at: Self.at(4)))
    out.add(.latch, Self.at(5), RecordEncoder.latch(latch, isSet: false, by: nil, at: Self.at(5)))
    out.add(
      .policy, Self.at(6),
      RecordEncoder.policy(from: "hrm", to: "flat", trigger: "drift", evidence: "PSI 0.31", at: Self.at(6)))
    // An hour of the day is lost to a crash, and half of one to the feed.
    out.add(.control, Self.at(8), control(.readiness(["feed_stale"]), Self.at(8)))
    out.add(.control, Self.at(8.5), control(.readiness([]), Self.at(8.5)))
    out.add(.session, Self.at(11), try session(Self.at(11), 2))
    out.add(.control, Self.at(11), control(.readiness([]), Self.at(11)))
    out.add(.control, Self.at(11), control(.silence(since: Self.at(10)), Self.at(11)))
    out.add(.decision, Self.at(25), decision(Self.at(25), .buyLong, skip: nil))
    return out.records
  }

  @Test func aDayByHand() throws {
    let scratch = try Scratch()
    let store = try JournalStore.open(directory: scratch.path, durability: .relaxed)
    try store.append(try journal())
    try store.close()
    let report = try DailyReport(directory: scratch.path, day: Self.day, now: Self.at(48))
    #expect(report.hasRecords && report.sums.fills == 1 && report.sums.trades == 1 && report.sums.wins == 1)
    #expect(report.netQuote.description == "7.05" && report.totalNetQuote.description == "6.95")
    #expect(report.decisions == 4 && report.fallbackDecisions == 1)
    #expect(report.vetoes.map { "\($0.name) \($0.count)" } == ["veto_spread 2", "veto_calendar 1"])
    #expect(report.latches.map(\.isSet) == [true, false] && report.policyChanges.map(\.trigger) == ["drift"])
    let slots = report.availability?.clock
    #expect(slots?.slots == 8_640 && slots?.ready == 8_100)
    #expect(report.availability?.outages.count == 2)
    let text = report.text
    for part in [
      "result after fees    7.05, since the journal began 6.95", "traded               100 in 1 fills", "PSI 0.31",
      "veto_spread 2, veto_calendar 1", "latch L9-a", "93.7500 % of 8640 slots", "lunch",
    ] { #expect(text.contains(part), "\(part): \(text)") }
    #expect(!text.contains("\u{1b}"))
    let json = try #require(try JSONSerialization.jsonObject(with: Data(report.json().bytes)) as? [String: Any])
    #expect(json["net_quote"] as? String == "7.05" && json["day"] as? String == "2026-03-01")
    #expect((json["decisions"] as? [String: Any])?["total"] as? Int == 4)
    let empty = try DailyReport(directory: scratch.path, day: CalendarDay("2025-01-01")!, now: Self.at(48))
    #expect(!empty.hasRecords && empty.decisions == 0 && empty.availability == nil)
  }

  @Test func theTableOfDaysAgrees() throws {
    let scratch = try Scratch()
    let store = try JournalStore.open(directory: scratch.path, durability: .relaxed)
    try store.append(try journal())
    try store.close()
    let table = try AvailabilityTable(
      directory: scratch.path, days: 30, now: Self.at(24), lastSign: Self.at(24),
      rules: try InstrumentSettings.load(besideSettings: nil))
    // 34 hours since the first session, one and a half of them lost.
    #expect(table.availability?.clock == Availability.Share(ready: 11_700, slots: 12_240))
    #expect(table.stoppedMillis == 3_600_000 && table.symbols == ["SIM-BTC"] && table.isRunning)
    #expect(table.text.contains("budget") && table.text.contains("died without a word"))
    let later = try AvailabilityTable(
      directory: scratch.path, days: 1, now: Self.at(35), lastSign: nil,
      rules: try InstrumentSettings.load(besideSettings: nil))
    // The last day: an hour of it still holds the crash's end, and ten hours nobody knows of.
    #expect(later.availability?.clock == Availability.Share(ready: 5_040, slots: 8_640))
  }
}
