import Agent
import Bot
import Core
import Foundation
import Journal
import Testing

@Suite("What is written is read again")
struct CodingTests {
  private let at = Timestamp(milliseconds: 1_700_000_000_123)

  private func request(_ kind: OrderKind, _ random: inout CounterRandom) -> OrderRequest {
    OrderRequest(
      clientID: ClientOrderID(
        sequence: random.next() >> 8, role: OrderRole.allCases[random.below(5)], attempt: UInt16(random.below(9))),
      instrument: InstrumentID(index: UInt16(random.below(4))), side: random.below(2) == 0 ? .buy : .sell, kind: kind,
      quantity: Quantity(raw: Int64(random.next() >> 2)), isReduceOnly: random.below(2) == 0)
  }

  private func snapshot(_ random: inout CounterRandom) -> OrderSnapshot {
    let price = Price(raw: Int64(random.next() >> 2))
    let kinds: [OrderKind] = [.market, .limit(price), .stopMarket(trigger: price)]
    return OrderSnapshot(
      request: request(kinds[random.below(3)], &random),
      state: OrderState.allCases[random.below(OrderState.allCases.count)],
      filledQuantity: Quantity(raw: Int64(random.next() >> 3)))
  }

  private func money(_ random: inout CounterRandom) -> Money {
    Money(raw: Int128(Int64(bitPattern: random.next())) * Int128(random.next() >> 4))
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func venueStatesAndAnswers(seed: UInt64) throws {
    var random = CounterRandom(seed: seed, purpose: .propertyTest, lane: 21)
    let orders = (0..<random.below(5)).map { _ in snapshot(&random) }
    let fills = (0..<random.below(5)).map { _ in
      Fill(
        tradeID: random.next(), clientID: request(.market, &random).clientID, instrument: InstrumentID(index: 2),
        side: .sell, quantity: Quantity(raw: Int64(random.next() >> 1)), price: Price(raw: Int64(random.next() >> 1)),
        feeQuote: money(&random), isMaker: random.below(2) == 0, time: at)
    }
    let positions =
      (0..<random.below(4)).map { _ in
        PositionView(
          side: random.below(2) == 0 ? .long : .short, quantity: Quantity(raw: Int64(random.next() >> 1)),
          totalCostQuote: money(&random), entryTime: random.below(2) == 0 ? at : nil)
      } + [.flat]
    let account = AccountSnapshot(
      cashQuote: money(&random), positions: positions, feesQuote: money(&random), lastTradeID: random.next())
    let state = VenueState(account: account, openOrders: orders, fills: fills)
    let bytes = state.encoded(at: at)
    let back = try VenueState.decode(bytes)
    #expect(back.state == state && back.at == at, "seed \(seed)")
    #expect(back.state.encoded(at: at) == bytes && OrderAnswer.decode(bytes) == nil)
    for answer in [
      OrderAnswer(id: request(.market, &random).clientID, snapshot: nil),
      OrderAnswer(id: request(.market, &random).clientID, snapshot: snapshot(&random)),
    ] {
      let bytes = answer.encoded(at: at)
      let back = try #require(OrderAnswer.decode(bytes))
      #expect(back.answer == answer && back.at == at && back.answer.encoded(at: at) == bytes, "seed \(seed)")
      #expect(throws: (any Error).self) { try VenueState.decode(bytes) }
    }
  }

  @Test func anOrderThatMakesNoSenseIsNotAnOrderThatIsUnknown() throws {
    var random = CounterRandom(seed: 1, purpose: .propertyTest, lane: 22)
    let answer = OrderAnswer(id: ClientOrderID(sequence: 1, role: .entry), snapshot: snapshot(&random))
    let text = String(decoding: answer.encoded(at: at), as: UTF8.self)
    for kind in ["market", "limit", "stop_market"] where text.contains("\"kind\":\"\(kind)\"") {
      let forged = text.replacingOccurrences(of: "\"kind\":\"\(kind)\"", with: "\"kind\":\"iceberg\"")
      #expect(forged != text && OrderAnswer.decode(Array(forged.utf8)) == nil)
    }
    #expect(OrderAnswer.decode([]) == nil)
    #expect(throws: (any Error).self) { try VenueState.decode(Array("{}".utf8)) }
  }

  @Test func everyCommandThroughARecord() throws {
    let latch = StopLatch(id: "L1-x", level: .flatten, source: .throttle, reason: "a \"b\" \n", at: at)
    var commands: [ControlCommand] = [
      .resume(latchID: "L9-z"), .rollBack(to: "flat", reason: "odd"), .rollBack(to: nil, reason: ""), .promote("hrm"),
      .relatch(latch), .clockSkew(millis: -1234), .clockSkew(millis: 0),
      .memory(mebibytes: 5000), .archiveMismatch(policy: "hrm", evidence: "a \"b\""),
      .cancel(ClientOrderID(sequence: 7, role: .exit, attempt: 2)),
      .trade(ManualTrade(instrument: "A\"B", action: .closeShort, fraction: Rate(basisPoints: 1234), reason: "why")),
    ]
    for condition in Degradation.allCases {
      commands += [.degrade(condition, isOn: true), .degrade(condition, isOn: false)]
    }
    for level in StopLevel.allCases {
      for source in StopSource.allCases { commands.append(.stop(level: level, source: source, reason: "why \u{1B}")) }
    }
    let decoder = RecordDecoder(instruments: InstrumentTable([]))
    for command in commands {
      let payload = RecordEncoder.control(command.recorded(at: at))
      let record = try decoder.control(JournalRecord(sequence: 1, kind: .control, payload: payload))
      #expect(try ControlCommand(record) == command && record.at == at, "\(command)")
    }
    for name in ["degrade", "recover", "clock_skew", "cancel", "trade", "explode", ""] {
      #expect(throws: StartError.self) { try ControlCommand(ControlRecord(command: name, reason: "nothing", at: at)) }
    }
  }

  @Test func networkAnswersThroughARecord() throws {
    let reading = NetworkReading(
      logits: [1, 2.5, -3, 0.125, 1e-7], probabilities: [0.25, 0, 0, 0, 0.75], value: -0.5, qHalt: 1, qContinue: -2,
      segments: 3, haltReason: .converged, actionPerSegment: [.hold, .buyLong, .hold], residualH: 0.1, residualL: 0.2)
    let decoder = RecordDecoder(instruments: Rig.instruments(2))
    for answer in [
      NetworkAnswer(ticket: 5, reading: reading, quantity: 0.3, failure: nil, latencyMicros: 1234),
      NetworkAnswer(ticket: 6, reading: nil, quantity: 0, failure: "non-finite", latencyMicros: 0),
    ] {
      let recorded = answer.recorded(InstrumentID(index: 1), at: at)
      let payload = RecordEncoder.answer(recorded, symbol: "SYM1")
      let back = try decoder.answer(JournalRecord(sequence: 1, kind: .answer, payload: payload))
      #expect(NetworkAnswer(back) == answer && back.instrument.index == 1 && back.at == at)
    }
  }

  @Test func aMailboxKeepsWhatMustNotBeLost() async {
    let mailbox = Mailbox<Int>(capacity: 1) { _ in .keep }
    #expect(mailbox.send(1) && mailbox.send(2))
    let heartbeat = Ingress.heartbeat
    if case .heartbeat = heartbeat {} else { Issue.record("a heartbeat is a heartbeat") }
  }

  /// Every optional of a value, by its path, with whether it is there.
  private func empty(_ value: Any, _ path: String = "") -> [String] {
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .optional {
      return mirror.children.first.map { empty($0.value, path) } ?? [path]
    }
    if mirror.displayStyle == .collection {
      return mirror.children.isEmpty ? [path] : mirror.children.flatMap { empty($0.value, path) }
    }
    return mirror.children.flatMap { empty($0.value, path + "." + ($0.label ?? "")) }
  }

  @Test func aStatusWithEveryField() throws {
    let position = "{\"side\":1,\"quantity\":\"0.1\",\"total_cost_quote\":\"9.99\",\"entry_time\":5}"
    let text = """
      {"process_identifier":7,"build":"b","mode":"paper","is_synthetic":true,"venue":"simulated","timeframe":"1m",
      "venue_address":"unix:/x","is_venue_connected":true,"venue_sessions":2,
      "started_at":1,"updated_at":2,"trading_state":"reducing","latch":{"id":"L","level":"stop","source":"file",
      "reason":"r","at":3},"degradations":["unreconciled"],"policy":"hrm","is_untrained":true,"instruments":[{"symbol":"S",
      "last_close":"1.5","last_bar_close":4,"position":\(position),"unrealised_quote":"-0.25"}],"cash_quote":"1",
      "equity_quote":"2","start_equity_quote":"3","fees_quote":"0.000000000000000001","limits":[{"name":"n","used":"1",
      "limit":"2","share":0.5}],"feed_age_millis":6,"stale_instruments":["S"],"last_decision":{"id":"D-1",
      "symbol":"S","at":7,"action":"hold","final_action":"hold","quantity":"0","probability":0.5,"segments":2,
      "halt_reason":"q","skip_reason":"policy_hold","fallback_reason":"latency","policy":"p"},"decisions":8,
      "decisions_by_action":[{"name":"hold","count":9}],"vetoes":[{"name":"drawdown","count":1}],"orders":10,"fills":11,
      "rejected":12,"late_decisions":13,"superseded_decisions":14,"fallback_decisions":15,"decision_micros_p50":1.5,
      "decision_micros_p99":2.5,"path_micros_p50":3.5,"path_micros_p99":4.5,"depth_histogram":[0,5],"bars":16,
      "feed_problems":[{"name":"gaps","count":2}],"journal_path":"/j","journal_records":17,"is_journal_healthy":false,
      "stops":[{"name":"file","count":1}],"refused_resumes":18,"refused_errands":19,
      "policies":["hrm"],"policy_change":{"previous":"flat","at":8,"trigger":"latency","evidence":"slow"},
      "locks":[{"name":"cool_down","instrument":"S","until":9,"reason":"why"}],"unknown_orders":20}
      """
    let snapshot = try StatusSnapshot(decoding: Array(text.utf8))
    #expect(empty(snapshot).isEmpty, "the text above has every field")
    #expect(Mirror(reflecting: snapshot).children.count == 51, "a new field belongs into the text above")
    let bytes = try snapshot.encoded()
    #expect(try StatusSnapshot(decoding: bytes) == snapshot)
    #expect(try StatusSnapshot(decoding: bytes).encoded() == bytes)
    #expect(snapshot.fills == 11 && snapshot.pathMicrosP99 == 4.5 && snapshot.instruments[0].position.entryTime != nil)
    let scratch = try Scratch()
    StatusFile.write(bytes, to: scratch.path + "/status.json")
    #expect(StatusFile.read(scratch.path + "/status.json") == snapshot)
    #expect(StatusFile.read(scratch.path + "/none") == nil)
    StatusFile.write(Array("{}".utf8), to: scratch.path + "/status.json")
    #expect(StatusFile.read(scratch.path + "/status.json") == nil)
    StatusFile.write(bytes, to: scratch.path + "/none/status.json")
  }
}
