import Core
import Journal

/// A payload of every kind of row, and a head.
enum JournalSeeds {
  static var all: [[UInt8]] {
    let head = "{\"closed\":true,\"count\":12,\"hash\":\"\(String(repeating: "0a", count: 32))\"}\n"
    return inputs + effects + [Array(head.utf8)]
  }

  private static let reading = NetworkReading(
    logits: [1.5, -0.25, 0, 3, 1e-7], probabilities: [0.65, 0.1, 0, 0, 0.25], value: 0.012, qHalt: 0.5,
    qContinue: -0.25, segments: 3, haltReason: .q, actionPerSegment: [.hold, .buyLong], residualH: 0.001,
    residualL: 1e-9)
  private static let policy = PolicyIdentity(
    name: "hrm-27m-seed1", sha256: String(repeating: "ab", count: 32), isUntrained: true)

  private static var inputs: [[UInt8]] {
    let time = FuzzWorld.time, symbol = FuzzWorld.symbols[0]
    let session = SessionRecord(
      build: "1.0", mode: "paper", feed: .files(["a.csv"]), instruments: FuzzWorld.symbols,
      listings: [.init(kind: .cryptoSpot, venue: "simulated"), .init(kind: .fx, venue: "x")], rulesHash: "00",
      arithmetic: "avx2", isVirtualTime: true, timeframe: .oneHour, policyInCharge: "flat", policies: [policy],
      settingsHash: "11", settings: Array("{\"risk\":{\"a\":[1,2.5,null]}}".utf8), seed: 1, session: 2,
      state: Array("{\"s\":\"\\u00e9\"}".utf8), at: time)
    let answer = AnswerRecord(
      ticket: 3, instrument: InstrumentID(index: 0), reading: reading, quantity: 0.5, failure: nil, latencyMicros: 7,
      at: time)
    let reports: [ExecutionReport] = [
      .accepted(FuzzWorld.id(1), at: time), .cancelled(FuzzWorld.id(2), at: time), .expired(FuzzWorld.id(3), at: time),
      .rejected(FuzzWorld.id(4), .tick, at: time), .filled(FuzzWorld.fill),
    ]
    let outcomes: [SubmitOutcome] = [.accepted, .rejected(.lot), .unknown(cause: "line\nlost")]
    let control = ControlRecord(
      command: "stop", level: .flatten, reason: "why", source: .file, by: "me", policy: "flat", latchID: "L-1", at: time
    )
    return [
      RecordEncoder.bar(FuzzWorld.bar(), symbol: symbol, at: time, isPreRoll: true),
      RecordEncoder.answer(answer, symbol: symbol),
      RecordEncoder.timer(TimerRecord(kind: "deadline", ticket: 4, at: time)), RecordEncoder.control(control),
      RecordEncoder.state(StateRecord(of: Array("{}".utf8), isWithinInput: true)),
      (try? RecordEncoder.session(session)) ?? [],
    ] + reports.map { RecordEncoder.report(ReportRecord(report: $0, at: time), instruments: FuzzWorld.table) }
      + outcomes.map { RecordEncoder.outcome(OutcomeRecord(clientID: FuzzWorld.id(1), outcome: $0, at: time)) }
  }

  private static var effects: [[UInt8]] {
    let time = FuzzWorld.time, symbol = FuzzWorld.symbols[0]
    let decision = Decision(
      sequence: 42, instrument: InstrumentID(index: 0), timeframe: .oneHour, barClose: time, policy: policy,
      role: .production, fallbackReason: nil, legalMask: LegalMask(position: .flat, isShortable: true),
      action: .buyLong, quantityFraction: Rate(basisPoints: 5000), reading: reading, note: nil)
    let observation = Observation(
      instrument: InstrumentID(index: 0), timeframe: .oneHour, bar: FuzzWorld.bar(), barCount: 300, window: [],
      context: [], complexity: 0.4375, quality: [], position: .flat, isShortable: true,
      averageTrueRange: FuzzWorld.price(100), volatilityPerBar: 0.01, volatilityRank: 0.735, quote: nil)
    let checks = RiskCheck.allCases.prefix(6).map {
      CheckResult(check: $0, outcome: .pass, input: Measure(1), limit: Measure(2), margin: Measure(1))
    }
    let verdict = Verdict(
      decisionSequence: 42, finalAction: .hold, finalQuantity: .zero, skipReason: nil, checks: checks, order: nil)
    let context = DecisionContext(
      instrument: FuzzWorld.table.instruments[0], mode: "paper", inputSequence: 41, at: time,
      featuresHash: Array(repeating: 7, count: 32), featureSchema: String(repeating: "cd", count: 32))
    let latch = StopLatch(id: "L-1", level: .stop, source: .file, reason: "why", at: time)
    return [
      RecordEncoder.decision(decision, observation, verdict, context: context),
      RecordEncoder.intent(FuzzWorld.orders[2], symbol: symbol, at: time),
      RecordEncoder.fill(FuzzWorld.fill, symbol: symbol, positionAfter: .flat, realisedQuote: .zero),
      RecordEncoder.order(FuzzWorld.id(1), .filled, at: time),
      RecordEncoder.latch(latch, isSet: true, by: "me", at: time),
      RecordEncoder.reconciliation(evidence: ["cash"], at: time),
    ]
  }
}
