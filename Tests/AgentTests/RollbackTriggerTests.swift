import Agent
import Core
import Foundation
import HRM
import Testing

@Suite("Roll-back: error rate, memory, performance, drift, files")
struct RollbackTriggerTests {
  private func time(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_700_000_000_000 + seconds * 1000) }

  private func stage(
    _ limits: RollbackLimits = RollbackLimits(), _ reference: PolicyReference? = nil, state: RollbackState? = nil
  ) -> RollbackStage {
    RollbackStage(
      limits: limits, fallback: "flat", state: state ?? RollbackState(policyInCharge: "hrm"),
      references: reference.map { ["hrm": $0] } ?? [:], symbols: ["AAA"])
  }

  private func restarted(
    _ stage: RollbackStage, _ limits: RollbackLimits = RollbackLimits(), _ reference: PolicyReference? = nil
  ) throws -> RollbackStage {
    let state = try JSONDecoder().decode(RollbackState.self, from: JSONEncoder().encode(stage.state))
    #expect(state == stage.state)
    return self.stage(limits, reference, state: state)
  }

  private func outcome(_ failure: FallbackReason?, _ number: UInt64, untold: UInt64? = nil) -> DecisionOutcome {
    DecisionOutcome(
      policyInCharge: "hrm", failure: failure, latencyMicros: nil, sequence: number, decisions: untold)
  }

  // MARK: - Error rate

  @Test("Six failures among a hundred decisions are too many, five are not")
  func errorRate() throws {
    let limits = RollbackLimits(consecutiveFailures: 1000)
    var stage = stage(limits)
    for number in 1...2000 {
      // Every twentieth: five among any hundred.
      #expect(stage.observe(outcome(number % 20 == 0 ? .latency : nil, UInt64(number)), now: time(0)) == nil)
    }
    stage = try restarted(stage, limits)
    guard
      case .rollBack("flat", .errorRate, let evidence)? = stage.observe(outcome(.loadFailed, 2001), now: time(1))
    else {
      Issue.record("no roll-back")
      return
    }
    #expect(
      evidence == "hrm: 6 failures in the last 100 decisions, limit 0.05 of 100; last load_failed at decision 2001")
    #expect(stage.state.errors == nil && stage.state.trigger == .errorRate)
  }

  @Test("A window that is not full is judged as soon as the rest of it cannot help")
  func errorRateEarly() {
    var stage = stage(RollbackLimits(consecutiveFailures: 1000))
    for number in 1...5 { #expect(stage.observe(outcome(.latency, UInt64(number)), now: time(0)) == nil) }
    #expect(stage.observe(outcome(.latency, 6), now: time(0)) != nil)
  }

  @Test("Successes that are not told one by one count, and end a row of failures")
  func untoldSuccesses() {
    var stage = stage()
    for round in 0..<40 as Range<UInt64> {
      // One failure in 25 decisions, of which only the failure is told.
      #expect(stage.observe(outcome(.latency, round, untold: 25 * (round + 1)), now: time(0)) == nil)
    }
    #expect(stage.state.errors?.decisions == 40 * 25 - 24)
    #expect(stage.state.consecutiveFailures == 1)
  }

  @Test("A rate of 1 never replaces, and what it keeps does not grow")
  func errorRateOff() {
    var stage = stage(RollbackLimits(consecutiveFailures: 1_000_000, errorRate: .one, errorWindow: 50))
    for number in 0..<5000 as Range<UInt64> {
      #expect(stage.observe(outcome(.latency, number), now: time(0)) == nil)
    }
    #expect(stage.state.errors?.failures.count == 50)
  }

  // MARK: - Memory and files

  @Test("Memory replaces above its limit, at 0 never")
  func memory() {
    var bounded = stage()
    #expect(bounded.memory(mebibytes: 4096, now: time(0)) == nil)
    let evidence = "hrm: 4097 MiB of memory in use, limit 4096 MiB"
    #expect(
      bounded.memory(mebibytes: 4097, now: time(0)) == .rollBack(to: "flat", trigger: .memory, evidence: evidence))
    #expect(bounded.memory(mebibytes: 9000, now: time(0)) == nil, "the fallback is in charge")
    var free = stage(RollbackLimits(memoryMebibytes: 0))
    #expect(free.memory(mebibytes: 1 << 40, now: time(0)) == nil)
    var off = stage(RollbackLimits(isEnabled: false))
    #expect(off.memory(mebibytes: 1 << 40, now: time(0)) == nil)
  }

  @Test("Files that are not what they should be replace the policy that they belong to")
  func archive() {
    var stage = stage()
    #expect(stage.archiveMismatch(of: "mlp", evidence: "x", now: time(0)) == nil)
    guard
      case .rollBack("flat", .archiveMismatch, let evidence)? = stage.archiveMismatch(
        of: "hrm", evidence: "policy.safetensors has another SHA-256", now: time(0))
    else {
      Issue.record("no roll-back")
      return
    }
    #expect(evidence == "hrm: policy.safetensors has another SHA-256")
    #expect(stage.state.reason == .loadFailed)
  }

  // MARK: - Performance

  private let expectation = PolicyReference(
    expectation: TradeExpectation(meanReturn: 0.001, deviation: 0.01, trades: 500, source: "test"))

  /// A trade of 1000 in quote currency that brings `result` before a fee of 1 on each side.
  private func trade(
    _ stage: inout RollbackStage, result: Int64, _ number: Int, instrument: UInt16 = 0
  ) -> RollbackEffect? {
    func fill(_ side: Side) -> Fill {
      Fill(
        tradeID: UInt64(number), clientID: ClientOrderID(sequence: 1, role: .entry),
        instrument: InstrumentID(index: instrument),
        side: side, quantity: Quantity(raw: Quantity.unit), price: price(1000), feeQuote: Money(raw: Money.unit),
        isMaker: false, time: time(Int64(number)))
    }
    let held = PositionView(
      side: .long, quantity: Quantity(raw: Quantity.unit), totalCostQuote: Money(raw: 1000 * Money.unit),
      entryTime: time(0))
    let opened = stage.apply(fill(.buy), position: held, realisedQuote: .zero, now: time(0))
    #expect(opened == nil)
    return stage.apply(
      fill(.sell), position: .flat, realisedQuote: Money(raw: Int128(result) * Money.unit), now: time(Int64(number)))
  }

  @Test("The mean of the stated trades, net of fees, may be 20 % below the expectation and no more")
  func performance() throws {
    let limits = RollbackLimits(performanceTrades: 10)
    // 3 - 2 = 1 of 1000 is what is expected.
    var asExpected = stage(limits, expectation)
    for number in 0..<50 { #expect(trade(&asExpected, result: 3, number) == nil) }
    #expect(asExpected.state.trades?.returns == Array(repeating: Rate(basisPoints: 10), count: 10))

    // Mean 8 of ten thousand after ten trades: exactly the limit; one less is below it.
    var below = stage(limits, expectation)
    for number in 0..<9 { #expect(trade(&below, result: number < 2 ? 2 : 3, number) == nil) }
    #expect(trade(&below, result: 3, 9) == nil)
    below = try restarted(below, limits, expectation)
    // The first, of 0, leaves the window; so does the second: only then does a loss show.
    #expect(trade(&below, result: 2, 10) == nil && trade(&below, result: 2, 11) == nil)
    guard case .rollBack("flat", .performance, let evidence)? = trade(&below, result: 2, 12) else {
      Issue.record("no roll-back")
      return
    }
    #expect(
      evidence.contains("7.00 bp a trade over the last 10 trades") && evidence.contains("expected 10.00 bp from 500")
        && evidence.contains("limit 8.00 bp") && evidence.contains("standard error 1.53 bp"), "\(evidence)")
  }

  @Test("Too few trades, no expectation, or none wanted: performance replaces nothing")
  func performanceOff() {
    for (limits, reference) in [
      (RollbackLimits(performanceTrades: 100), expectation as PolicyReference?),
      (RollbackLimits(performanceTrades: 0), expectation),
      (RollbackLimits(performanceTrades: 5), nil),
      (RollbackLimits(isEnabled: false, performanceTrades: 5), expectation),
    ] {
      var stage = stage(limits, reference)
      for number in 0..<50 { #expect(trade(&stage, result: -100, number) == nil) }
    }
  }

  @Test("A trade that another policy began counts for nobody")
  func othersTrades() throws {
    let limits = RollbackLimits(coolDownSeconds: 0, performanceTrades: 1)
    var stage = stage(limits, expectation)
    let held = position(.long, entry: price(1000), entryTime: 0)
    func fill(_ side: Side) -> Fill {
      Fill(
        tradeID: 1, clientID: ClientOrderID(sequence: 1, role: .entry), instrument: InstrumentID(index: 0), side: side,
        quantity: held.quantity, price: price(1000), feeQuote: .zero, isMaker: false, time: time(0))
    }
    #expect(stage.apply(fill(.buy), position: held, realisedQuote: .zero, now: time(0)) == nil)
    _ = try stage.command(.rollBack(to: nil), by: "ann", available: ["hrm", "flat"], now: time(1))
    _ = try stage.command(.promote("hrm"), by: "ann", available: ["hrm", "flat"], now: time(2))
    #expect(stage.state.trades?.open.first?.isOwn == false)
    let loss = Money(raw: -500 * Money.unit)
    #expect(stage.apply(fill(.sell), position: .flat, realisedQuote: loss, now: time(3)) == nil)
    #expect(stage.state.trades?.open.isEmpty == true && stage.state.trades?.returns.isEmpty == true)
    #expect(trade(&stage, result: -100, 5) != nil, "its own next trade does")
  }

  // MARK: - Drift

  private func profile(highest: Double = 0.3) throws -> PolicyReference {
    var random = CounterRandom(seed: 4, purpose: .propertyTest)
    let rows = (0..<4000).map { _ in Float(random.normal()) }
    let fitted = try #require(FeatureProfile.fit([rows], names: ["a", "b"], windowBars: 100, source: "made up"))
    return PolicyReference(
      profile: FeatureProfile(
        names: fitted.names, edges: fitted.edges, counts: fitted.counts, windowBars: 100, windows: fitted.windows,
        highestIndex: highest, source: "made up"))
  }

  private func seen(_ a: Double, _ b: Double, quality: QualityFlags = [], instrument: UInt16 = 0) -> Observation {
    // Only the newest row counts.
    observation(tick(instrument, close: 5000), quality: quality, window: [9, 9, Float(a), Float(b)])
  }

  @Test("A window that is spread as in training is no drift; a shifted one is, and says in what")
  func drift() throws {
    let reference = try profile()
    var random = CounterRandom(seed: 9, purpose: .propertyTest)
    var stage = stage(RollbackLimits(), reference)
    for _ in 0..<1000 { #expect(stage.observe(seen(random.normal(), random.normal()), now: time(0)) == nil) }
    for _ in 0..<50 {
      #expect(stage.observe(seen(random.normal(), random.normal() + 2), now: time(0)) == nil)
    }
    stage = try restarted(stage, RollbackLimits(), reference)
    var effect: RollbackEffect?
    for bar in 50..<100 {
      #expect(effect == nil, "only a full window is judged, bar \(bar)")
      effect = stage.observe(seen(random.normal(), random.normal() + 2), now: time(0))
    }
    guard case .rollBack("flat", .featureDrift, let evidence)? = effect else {
      Issue.record("no roll-back")
      return
    }
    for part in ["over 100 bars of AAA", "limit 0.300", "setting 0.25", "in training 0.300", "most in b"] {
      #expect(evidence.contains(part), "\(evidence)")
    }
    #expect(stage.state.reason == .staleData)
  }

  @Test("What training knew itself is no drift, and warm-up, other policies and a limit of 0 are not looked at")
  func noDrift() throws {
    func isReplaced(
      _ limits: RollbackLimits, _ reference: PolicyReference?, quality: QualityFlags = [], charge: String = "hrm"
    ) -> Bool {
      var stage = stage(limits, reference, state: RollbackState(policyInCharge: charge))
      return (0..<300).contains { _ in stage.observe(seen(3, 3, quality: quality), now: time(0)) != nil }
    }
    let reference = try profile()
    #expect(isReplaced(RollbackLimits(), reference))
    #expect(!isReplaced(RollbackLimits(), try profile(highest: 50)))
    #expect(!isReplaced(RollbackLimits(driftIndex: .zero), reference))
    #expect(!isReplaced(RollbackLimits(isEnabled: false), reference))
    #expect(!isReplaced(RollbackLimits(), nil))
    #expect(!isReplaced(RollbackLimits(), reference, quality: .preRoll))
    #expect(!isReplaced(RollbackLimits(), reference, quality: .warmingUp))
    #expect(!isReplaced(RollbackLimits(), reference, charge: "sma-cross"))
    #expect(!isReplaced(RollbackLimits(), reference, charge: "flat"))
  }

  @Test("Instruments have windows of their own")
  func driftByInstrument() throws {
    var stage = stage(RollbackLimits(), try profile())
    var switches = 0
    for bar in 0..<199 {
      if stage.observe(seen(3, 3, instrument: UInt16(bar % 2)), now: time(0)) != nil { switches += 1 }
    }
    #expect(switches == 1, "only the first of the two is full")
  }
}
