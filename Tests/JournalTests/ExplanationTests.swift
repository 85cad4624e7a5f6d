import Core
import Foundation
import Journal
import Testing

@Suite struct ExplanationTests {
  private func decisionRecord(
    _ sequence: UInt64, checks: [CheckResult], veto: RiskCheck? = nil, order: ApprovedOrder? = nil
  ) -> JournalRecord {
    JournalRecord(
      sequence: sequence, kind: .decision,
      payload: RecordEncoder.decision(
        decision(sequence), observation(), verdict(sequence, checks: checks, veto: veto, order: order),
        context: context(sequence)))
  }

  @Test func vetoInWords() throws {
    let checks = [
      CheckResult(check: .tradingState, outcome: .pass),
      CheckResult(check: .priceCollar, outcome: .pass, input: Measure(1), limit: Measure(2), margin: Measure(1)),
      CheckResult(check: .calendar, outcome: .notApplicable),
      CheckResult(check: .dailyLoss, outcome: .veto, input: Measure(350), limit: Measure(300), margin: Measure(-50)),
    ]
    let text = try Explanation.text(decisionRecord(42, checks: checks, veto: .dailyLoss), following: [])
    for phrase in [
      "Decision D-42: SIM-BTC, 1h bars, 2024-03-01T13:00:00Z", "Mode: paper, venue simulated", "SYNTHETIC", "UNTRAINED",
      "hrm-27m-seed1 (in charge)", "Last price 50050.25", "above 73.5 %", "rank 0.735", "complexity 0.438",
      "Position: flat", "buy (open a long position) with 50 % of the allowed size, 65 % sure",
      "next best: hold (do nothing), 25 %", "3 segments of thinking", "halting head",
      "2 passed, 1 vetoed, 1 not applicable", "VETO  daily loss (quote currency): measured 350, limit 300, margin -50",
      "No order: vetoed by the check \"daily loss\"", "Nothing.",
    ] { #expect(text.contains(phrase), "missing: \(phrase)\n\(text)") }
    let lines = text.split(separator: "\n")
    let veto = lines.firstIndex { $0.contains("VETO") } ?? .max
    #expect(veto < (lines.firstIndex { $0.contains("pass  price collar: measured 1, limit 2, margin 1") } ?? 0))
  }

  /// A journal with two trades, of which one is asked about.
  private func tradeJournal(_ scratch: Scratch) throws {
    var batch: [JournalRecord] = []
    func add(_ kind: RecordKind, _ payload: [UInt8]) {
      batch.append(JournalRecord(sequence: UInt64(batch.count + 1), kind: kind, payload: payload))
    }
    for base in [1, 7] as [UInt64] {
      let id = ClientOrderID(sequence: base, role: .entry)
      let request = OrderRequest(
        clientID: id, instrument: btc.id, side: .buy, kind: .limit(Price(raw: 50_100 * Price.unit)),
        quantity: Quantity(raw: 250_000_000), isReduceOnly: false)
      let order = ApprovedOrder(request: request, collar: Price(raw: 1), stopDistance: Price(raw: 300 * Price.unit))
      add(.decision, decisionRecord(base, checks: [], order: order).payload)
      add(.intent, RecordEncoder.intent(request, symbol: "SIM-BTC", at: moment))
      add(.outcome, RecordEncoder.outcome(OutcomeRecord(clientID: id, outcome: .accepted, at: moment)))
      let fill = Fill(
        tradeID: base, clientID: id, instrument: btc.id, side: .buy, quantity: request.quantity,
        price: Price(raw: 50_060 * Price.unit), feeQuote: Money(raw: 12_515_000_000_000_000_000), isMaker: false,
        time: moment)
      let position = PositionView(
        side: .long, quantity: request.quantity, totalCostQuote: fill.price * fill.quantity, entryTime: moment)
      add(.fill, RecordEncoder.fill(fill, symbol: "SIM-BTC", positionAfter: position, realisedQuote: .zero))
      add(.order, RecordEncoder.order(id, .filled, at: moment))
      let stop = OrderRequest(
        clientID: ClientOrderID(sequence: base, role: .protectiveStop), instrument: btc.id, side: .sell,
        kind: .stopMarket(trigger: Price(raw: 49_760 * Price.unit)), quantity: request.quantity, isReduceOnly: true)
      add(.intent, RecordEncoder.intent(stop, symbol: "SIM-BTC", at: moment))
    }
    let store = try JournalStore.open(directory: scratch.path, durability: .relaxed)
    try store.append(batch)
    try store.close()
  }

  @Test func tradeInWordsFromTheJournal() throws {
    let scratch = try Scratch()
    try tradeJournal(scratch)
    let query = try JournalQuery(directory: scratch.path)
    let record = try #require(try query.decision(DecisionID(sequence: 1)))
    let following = try query.following(DecisionID(sequence: 1))
    #expect(following.map(\.sequence) == [2, 3, 4, 5, 6])
    let text = try Explanation.text(record, following: following)
    for phrase in [
      "Approved: buy (open a long position), quantity 0.25", "Protective stop: 300 from the entry price",
      "Order h1-e0 (entry): buy 0.25, limit order at 50100", "Sending order h1-e0 ended: accepted",
      "Filled: order h1-e0, buy 0.25 at 50060, fee 12.515 (taker)", "position after it: long 0.25, cost 12515",
      "Order h1-e0 is filled",
      "Order h1-s0 (protective stop): sell 0.25, stop order, triggered at 49760, can only reduce",
    ] { #expect(text.contains(phrase), "missing: \(phrase)\n\(text)") }
    #expect(!text.contains("h7-"))
    let json = try Explanation.json(record, following: following)
    #expect(try isCanonical(json))
    #expect(try JSONTree.parse(json)["following"]?.array?.count == 5)
  }

  @Test func queriesAnswer() throws {
    let scratch = try Scratch()
    try tradeJournal(scratch)
    let query = try JournalQuery(directory: scratch.path)
    #expect(try query.lastDecision()?.sequence == 7)
    #expect(try query.last(.session) == nil)
    #expect(try query.decision(DecisionID(sequence: 2)) == nil)
    #expect(try query.decision(DecisionID(sequence: 99)) == nil)
    let counts = try query.counts()
    #expect(counts.map(\.kind) == [.outcome, .decision, .intent, .order, .fill])
    #expect(counts.map(\.count) == [2, 2, 4, 2, 2])
  }

  @Test func textFromARecordCannotForgeLines() throws {
    var changed = decision(3)
    changed.note = "fine\nVETO  forged\u{1B}[31m"
    let bytes = RecordEncoder.decision(changed, observation(), verdict(3, checks: []), context: context(3))
    let text = try Explanation.text(JournalRecord(sequence: 3, kind: .decision, payload: bytes), following: [])
    #expect(!text.contains("\u{1B}") && !text.split(separator: "\n").contains { $0.hasPrefix("VETO") })
  }
}
