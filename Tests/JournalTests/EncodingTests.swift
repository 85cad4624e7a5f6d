import Core
import Foundation
import Journal
import Testing

@Suite struct EncodingTests {
  @Test func decisionHasEveryFieldInOrder() throws {
    let checks = RiskCheck.allCases.map { CheckResult(check: $0, outcome: .pass) }
    let bytes = RecordEncoder.decision(decision(42), observation(), verdict(42, checks: checks), context: context(42))
    #expect(try isCanonical(bytes))
    let tree = try JSONTree.parse(bytes)
    #expect(
      tree.members?.map(\.key) == [
        "act", "action", "bar_close", "clock_seq", "decision_id", "fallback_reason", "feature_schema", "features_hash",
        "final_action", "final_qty", "instrument", "legal_mask", "logits", "market", "mode", "model_id", "model_sha256",
        "note", "order_ids", "position_before", "probs", "q_cont", "q_halt", "quantity", "role", "schema",
        "skip_reason", "stop_distance", "timeframe", "ts", "untrained", "value", "venue", "vetoes",
      ])
    #expect(tree["schema"]?.string == RecordEncoder.decisionSchema && tree["decision_id"]?.string == "D-42")
    #expect(tree["market"]?["last"]?.string == "50050.25" && tree["clock_seq"]?.unsigned == 41)
    #expect(tree["vetoes"]?.array?.map { $0["rule"]?.string } == RiskCheck.allCases.map(\.rawValue))
    #expect(tree["features_hash"]?.string?.hasPrefix("039058c6f2c0cb49") == true)
  }

  @Test func ruleDecisionHasNulls() throws {
    let bytes = RecordEncoder.decision(
      decision(7, .hold, reading: nil), observation(), verdict(7, checks: []), context: context(7))
    #expect(try isCanonical(bytes))
    let tree = try JSONTree.parse(bytes)
    for key in ["logits", "probs", "value", "q_halt", "q_cont", "note", "skip_reason", "stop_distance"] {
      #expect(tree[key]?.isNull == true, "\(key)")
    }
  }

  @Test func checksAreWrittenExactly() throws {
    var random = CounterRandom(seed: 11, purpose: .propertyTest)
    let edges: [Int128] = [
      0, 1, -1, 10, .max, .min, 1 << 64, -(1 << 64), Int128(UInt64.max) * 1_000_000_000_000_000_000,
    ]
    for round in 0..<200 {
      let checks = RiskCheck.allCases.map { check -> CheckResult in
        func measure() -> Measure? {
          guard random.below(4) > 0 else { return nil }
          if random.below(6) == 0 { return Measure(raw: edges[random.below(edges.count)]) }
          let raw = Int128(truncatingIfNeeded: random.next()) << 64 | Int128(random.next())
          return Measure(raw: raw >> Int128(random.below(127)))
        }
        return CheckResult(
          check: check, outcome: [.pass, .veto, .notApplicable][random.below(3)], input: measure(), limit: measure(),
          margin: measure())
      }
      let bytes = RecordEncoder.decision(
        decision(1), observation(), verdict(1, checks: checks), context: context(1))
      let read = try JSONTree.parse(bytes)["vetoes"]?.array ?? []
      for (tree, check) in zip(read, checks) {
        let same =
          tree["rule"]?.string == check.check.rawValue && tree["verdict"]?.string == check.outcome.rawValue
          && tree["input"]?.string == check.input?.description && tree["limit"]?.string == check.limit?.description
          && tree["margin"]?.string == check.margin?.description
        #expect(same, "seed 11, round \(round), \(check)")
      }
      #expect(read.count == checks.count)
    }
  }

  @Test func coreWritesDecimalsAsItPrintsThem() {
    var random = CounterRandom(seed: 12, purpose: .propertyTest)
    for round in 0..<5000 {
      let wide = (Int128(truncatingIfNeeded: random.next()) << 64 | Int128(random.next())) >> Int128(random.below(127))
      let narrow = Int64(truncatingIfNeeded: random.next()) >> Int64(random.below(63))
      var json = CanonicalJSON()
      json.array { json in
        json.value(Money(raw: wide))
        json.value(Measure(raw: wide))
        json.value(Price(raw: narrow))
        json.value(Quantity(raw: narrow))
        json.value(Rate(raw: narrow))
        json.value(narrow)
      }
      let (money, price) = (Money(raw: wide).description, Price(raw: narrow).description)
      let expected = "[\"\(money)\",\"\(money)\",\"\(price)\",\"\(price)\",\"\(price)\",\(narrow)]"
      #expect(json.text == expected, "seed 12, round \(round)")
    }
  }

  @Test func effectsAreCanonical() throws {
    let id = ClientOrderID(sequence: 42, role: .entry)
    let position = PositionView(
      side: .long, quantity: Quantity(raw: 5), totalCostQuote: Money(raw: 7), entryTime: moment)
    let fill = Fill(
      tradeID: 9, clientID: id, instrument: btc.id, side: .buy, quantity: Quantity(raw: 5), price: Price(raw: 3),
      feeQuote: Money(raw: -1), isMaker: false, time: moment)
    let latch = StopLatch(id: "L-1", level: .stop, source: .file, reason: "line\n\"two\" \u{1B}[31m", at: moment)
    var texts = [
      RecordEncoder.fill(fill, symbol: "SIM-BTC", positionAfter: position, realisedQuote: Money(raw: -12)),
      RecordEncoder.order(id, .partiallyFilled, at: moment),
      RecordEncoder.policy(from: "a", to: "flat", trigger: "latency", evidence: "p99 501 ms", at: moment),
      RecordEncoder.latch(latch, isSet: true, by: nil, at: moment),
      RecordEncoder.latch(latch, isSet: false, by: "ops", at: moment),
      RecordEncoder.reconciliation(evidence: ["cash agrees", "order h42-e0 is missing"], at: moment),
      RecordEncoder.state(StateRecord(of: [1, 2], isWithinInput: true)),
      RecordEncoder.end(
        reason: "stop", records: 12, cashQuote: Money(raw: 1), equityQuote: Money(raw: 2),
        positions: [("SIM-BTC", position)], at: moment),
    ]
    for kind in [OrderKind.market, .limit(Price(raw: 5)), .stopMarket(trigger: Price(raw: 6))] {
      let request = OrderRequest(
        clientID: id, instrument: btc.id, side: .buy, kind: kind, quantity: Quantity(raw: 1), isReduceOnly: true)
      texts.append(RecordEncoder.intent(request, symbol: "SIM-BTC", at: moment))
    }
    for bytes in texts { #expect(try isCanonical(bytes), "\(String(decoding: bytes, as: UTF8.self))") }
    let fillTree = try JSONTree.parse(texts[0])
    #expect(fillTree["decision_id"]?.string == "D-42" && fillTree["fee_quote"]?.string == "-0.000000000000000001")
    #expect(fillTree["fee_base"] == nil, "records without such a fee stay what they were")
    var ofBase = fill
    ofBase.feeBase = Quantity(raw: 2)
    let bytes = RecordEncoder.fill(ofBase, symbol: "SIM-BTC", positionAfter: position, realisedQuote: .zero)
    #expect(try isCanonical(bytes) && JSONTree.parse(bytes)["fee_base"]?.string == "0.000000002")
  }
}
