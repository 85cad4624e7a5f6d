import Agent
import Control
import Core
import Exchange
import Execution
import Features
import Feed
import Foundation
import HRM
import Journal
import Settings
import Synchronization

/// Re-executes a journal: recorded inputs go through fresh stages, and everything they record must equal what stands
/// there.
package final class ReplayVerification {
  /// What came out.
  package struct Report: Sendable {
    package var records: UInt64
    package var decisions: Int
    package var networkAnswers: Int
    package var sessions: Int
    package var difference: ReplayDifference?
    /// What could not be checked here, and why.
    package var notes: [String] = []
  }

  private let query: JournalQuery
  private let home: StateDirectory
  private let rules: InstrumentSettings
  private let recomputesNetwork: Bool
  /// Settings in force now, for where models are: places are not part of a record.
  private let paths: BotSettings
  private let sink = ComparingSink()
  private let requests = Mutex<[UInt64: NetworkRequest]>([:])
  private var engine: Engine?
  private var runner: NetworkRunner?
  private var decoder = RecordDecoder(instruments: InstrumentTable([]))
  private var report = Report(records: 0, decisions: 0, networkAnswers: 0, sessions: 0, difference: nil)
  /// States after the last inputs: a session that ended in a crash goes on from one of them.
  private var recentStates: [EngineState] = []
  private static let statesKept = 128
  /// The state that the session under way started from.
  private var startedFrom: [UInt8]?
  /// Sequence numbers of all sessions.
  private var sessionStarts: [UInt64] = []
  /// What the chain says of the state stored last.
  private var newestState: StateRecord?
  private let keeping = StateKeeperPlace()

  /// A verification of a journal. `recomputesNetwork` false takes the network's answers as recorded.
  package init(
    query: JournalQuery, home: StateDirectory, rules: InstrumentSettings, paths: BotSettings, recomputesNetwork: Bool
  ) {
    self.query = query
    self.home = home
    self.rules = rules
    self.paths = paths
    self.recomputesNetwork = recomputesNetwork
  }

  /// Runs to the end or the first difference. `progress` gets records done and records in all.
  ///
  /// - Throws: `StartError` when a policy of the journal is not there any more; what the journal throws.
  package func run(progress: (UInt64, UInt64) -> Void) async throws -> Report {
    if let missing = query.missingArchive { throw missing }
    let total = try query.lastSequence()
    sessionStarts = try query.newest(.session, limit: .max).map(\.sequence).reversed()
    var next = try firstReplayable()
    var waiting: JournalRecord?
    while next <= total {
      for record in try query.records(from: next, limit: 2_000) {
        if try record.kind.isInput || record.kind == .end || isStateBetweenInputs(record) {
          // The process may have died in the middle of the last input before a start.
          sink.setTolerance(record.kind == .session)
          if let waiting { try await execute(waiting) }
          if try await isDifferent() { return report }
          waiting = record
        }
        sink.expect(record)
        report.records = record.sequence
        if record.kind == .decision { report.decisions += 1 }
      }
      next += 2_000
      progress(min(next, total), total)
    }
    sink.setTolerance(true)
    if let waiting { try await execute(waiting) }
    _ = try await isDifferent()
    return report
  }

  /// Where a re-execution can begin: at the first session that is there.
  private func firstReplayable() throws -> UInt64 {
    guard query.firstSequence > 1 else { return 1 }
    guard let first = sessionStarts.first else {
      throw StartError("no session begins in what is kept of the journal", exitCode: 65)
    }
    report.notes.append(
      "records before \(query.firstSequence) were removed with old archives; the re-execution begins at the session of "
        + "record \(first)")
    return first
  }

  private func isStateBetweenInputs(_ record: JournalRecord) throws -> Bool {
    guard record.kind == .state else { return false }
    let state = try RecordDecoder.state(record)
    newestState = state
    return !state.isWithinInput
  }

  private func isDifferent() async throws -> Bool {
    guard report.difference == nil else { return true }
    report.difference = sink.difference()
    let cut = sink.takeSurplus()
    if cut > 0 {
      report.notes.append("\(cut) records after record \(report.records) were never committed: the process died there")
    }
    return report.difference != nil
  }

  private func execute(_ record: JournalRecord) async throws {
    if record.kind == .session { return try await begin(record) }
    guard let engine else {
      throw StartError("record \(record.sequence): the journal does not begin with a session", exitCode: 65)
    }
    let supervisor = engine.supervisor
    if record.kind == .state {
      await keeping.keeper?.save(isWithinInput: false)
    } else if record.kind == .end {
      // How a run ended is its own affair; that the books at the end are these, the state after it shows.
      await supervisor.note(.end) { _ in record.payload }
    } else {
      let (input, at) = try RecordedInput.read(record, decoder)
      if case .answer(let answer, _) = input, recomputesNetwork { check(answer, record) }
      await supervisor.process(input, at: at)
    }
    await rememberState(of: supervisor)
  }

  private func rememberState(of supervisor: Supervisor) async {
    recentStates.append(await supervisor.engineState(sessions: report.sessions))
    if recentStates.count >= 2 * Self.statesKept { recentStates.removeFirst(Self.statesKept) }
  }

  /// The network must say again what it said, given the same input and number of segments.
  private func check(_ answer: NetworkAnswer, _ record: JournalRecord) {
    let request = requests.withLock { $0.removeValue(forKey: answer.ticket) }
    guard var request, let runner, let recorded = answer.reading else { return }
    request.limits.forcedSegments = recorded.segments
    let again = runner.run(request) { 0 }
    report.networkAnswers += 1
    var recomputed = again.reading
    // Why thinking ended is the clock's business; what came out of it is the network's.
    recomputed?.haltReason = recorded.haltReason
    guard recomputed != recorded || again.quantity != answer.quantity, report.difference == nil else { return }
    report.difference = ReplayDifference(
      sequence: record.sequence, kind: "answer", reason: "the network answers differently",
      recorded: "\(recorded)", recomputed: again.reading.map { "\($0)" } ?? again.failure ?? "-")
  }

  private func begin(_ record: JournalRecord) async throws {
    let session = try RecordDecoder.session(record)
    if let state = session.state, report.sessions > 0, !isStartAgain(state),
      !recentStates.contains(where: { $0.encoded() == state })
    {
      report.difference = ReplayDifference(
        sequence: record.sequence, kind: "session", reason: "starts from a state that the records before do not give",
        recorded: String(decoding: state.prefix(200), as: UTF8.self),
        recomputed: recentStates.last.map { String(decoding: $0.encoded().prefix(200), as: UTF8.self) } ?? "-")
      return
    }
    if let state = session.state, let newestState, !newestState.names(state) {
      report.difference = ReplayDifference(
        sequence: record.sequence, kind: "session", reason: "starts from another state than the chain names last",
        recorded: String(decoding: state.prefix(200), as: UTF8.self), recomputed: newestState.sha256)
      return
    }
    startedFrom = session.state
    report.sessions = Int(session.session)
    engine = try await assemble(session, before: record.sequence)
    let again = try RecordEncoder.session(session)
    await engine?.supervisor.note(.session) { _ in again }
  }

  /// Whether a session starts from what the one before started from, and that one stored no other state: it died while it
  /// warmed up, perhaps thousands of bars later.
  private func isStartAgain(_ state: [UInt8]) -> Bool {
    state == startedFrom && newestState.map { $0.names(state) } ?? false
  }

  private func assemble(_ session: SessionRecord, before sequence: UInt64) async throws -> Engine {
    let settings: BotSettings
    do { settings = try SessionSettings.read(session.settings, paths: paths) } catch {
      throw StartError("record \(sequence): settings of the session: \(error)", exitCode: 65)
    }
    let table = try instruments(of: session, sequence)
    if table.rulesHash != session.rulesHash {
      report.notes.append(
        "session \(session.session): instruments.yaml says something else today than it did then; where tick, lot, fee or "
          + "calendar matter, the re-execution differs")
    }
    decoder = RecordDecoder(instruments: table)
    let state = try session.state.map { try EngineState(decoding: $0) }
    var request = PolicyBench.Request(
      settings: settings, home: home, instruments: table, timeframe: session.timeframe,
      inCharge: session.policyInCharge, mayCreateModel: false, isVirtualTime: session.isVirtualTime)
    request.wasNetworkMissing = session.policies.contains { $0.name == "hrm" && $0.sha256 == UnavailablePolicy.hash }
    var bench = try PolicyBench.load(request) { _ in }
    // What the model says today is not what was measured against then.
    bench.references = try PolicyBench.references(from: session.references)
    try check(bench, session, sequence)
    runner = try makeRunner(bench, session, settings.hierarchicalReasoningModel)
    var parts = EngineParts(
      executor: ThreadExecutor(name: "verify"), instruments: table, timeframe: session.timeframe,
      settings: settings, bench: bench, inCharge: session.policyInCharge, mode: session.mode,
      startCashQuote: settings.paper.cashQuote, state: state, sink: sink, lastSequence: sequence - 1,
      time: VirtualTime(), isVirtual: session.isVirtualTime, gate: StopGate(), latchStore: MemoryLatch())
    parts.hasPairs = session.hasPairs
    var callbacks = EngineCallbacks()
    callbacks.saveState = { [states = StateBox(self), keeping] in
      await states.keep()
      await keeping.save()
    }
    callbacks.think = { [requests = RequestBox(self)] in requests.keep($0) }
    keeping.keeper = nil
    if session.isVirtualTime { callbacks.saveState = {} }
    let engine = try await Engine.assemble(parts, callbacks: callbacks) { _ in NoGateway() }
    if try hasStates(after: sequence) {
      keeping.keeper = StateKeeper(executor: engine.executor, engine: engine, sessions: Int(session.session))
    }
    return engine
  }

  /// Whether a session has `state` records: those of earlier builds have none.
  private func hasStates(after sequence: UInt64) throws -> Bool {
    let end = sessionStarts.first { $0 > sequence } ?? .max
    return try query.newest(.state, before: end, limit: 1).first.map { $0.sequence > sequence } ?? false
  }

  /// The instruments of a session: with the rules that its venue gave, else with those of the file.
  private func instruments(of session: SessionRecord, _ sequence: UInt64) throws -> InstrumentTable {
    if let given = session.venueRules {
      do { return InstrumentTable(try WireInstruments.read(given)) } catch {
        throw StartError("record \(sequence): rules of the session's venue: \(error)", exitCode: 65)
      }
    }
    return InstrumentTable(
      zip(session.instruments, session.listings).enumerated().map { index, named in
        rules.instrument(
          symbol: named.0, id: InstrumentID(index: UInt16(index)), kind: named.1.kind, venue: named.1.venue
        ).instrument
      })
  }

  /// The network to ask again; nil where its answers must be taken as recorded.
  private func makeRunner(
    _ bench: PolicyBench, _ session: SessionRecord, _ model: HRMSettings
  ) throws -> NetworkRunner? {
    guard recomputesNetwork, let network = bench.network?.network else { return nil }
    guard session.arithmetic == HRMNetwork.kernelName else {
      report.notes.append(
        "session \(session.session): the network's answers are taken as recorded: they were computed with "
          + "\(session.arithmetic ?? "other") kernels, here they would be with \(HRMNetwork.kernelName)")
      return nil
    }
    return try NetworkRunner(network, model)
  }

  private func check(_ bench: PolicyBench, _ session: SessionRecord, _ sequence: UInt64) throws {
    for identity in session.policies {
      guard let loaded = bench.policies.first(where: { $0.policy.identity.name == identity.name }) else { continue }
      guard loaded.policy.identity.sha256 == identity.sha256 else {
        throw StartError(
          "record \(sequence): policy \(identity.name) had SHA-256 \(identity.sha256.prefix(16))…, the one here has "
            + "\(loaded.policy.identity.sha256.prefix(16))…", exitCode: 65)
      }
    }
  }

  /// Keeps the states that the engine hands to the journal in the middle of an input.
  private final class StateBox: @unchecked Sendable {
    private weak var owner: ReplayVerification?
    init(_ owner: ReplayVerification) { self.owner = owner }
    func keep() async {
      guard let owner, let engine = owner.engine else { return }
      await owner.rememberState(of: engine.supervisor)
    }
  }

  /// Keeps requests until their answers come round.
  private final class RequestBox: @unchecked Sendable {
    private weak var owner: ReplayVerification?
    init(_ owner: ReplayVerification) { self.owner = owner }
    func keep(_ request: NetworkRequest) { owner?.requests.withLock { $0[request.sequence] = request } }
  }
}
