import Bot
import Core
import Execution

/// The connection of one process to the simulated venue: everything takes time, and everything can go wrong.
///
/// It keeps the promise of every adapter: an order is said not to exist only when it cannot arrive any more.
final class VenueLink: Venue, @unchecked Sendable {
  /// Time after which the venue turns away what is under way, in nanoseconds.
  private static let receiveWindow: UInt64 = 10_000_000_000
  /// Time after which the bot gives up waiting.
  private static let patience: UInt64 = 5_000_000_000

  private enum Answer: Sendable {
    case submit(SubmitOutcome)
    case cancel(CancelOutcome)
    case order(OrderSnapshot?)
    case orders([OrderSnapshot])
    case fills([Fill])
    case account(AccountSnapshot)
    case nothing(String)
  }

  private let world: World
  private let life: ProcessLife
  private let calls = Calls<Answer>()
  /// Until when an order that was sent could still arrive.
  private var arrivesUntil: [ClientOrderID: UInt64] = [:]
  private var epoch = 0
  private(set) var isUp = false
  private var lastDelivery: UInt64 = 0
  private let deliver: @Sendable (Ingress) -> Void
  private var oldAccount: AccountSnapshot?

  init(world: World, life: ProcessLife, deliver: @escaping @Sendable (Ingress) -> Void) {
    self.world = world
    self.life = life
    self.deliver = deliver
  }

  private var scheduler: SimulationScheduler { world.scheduler }

  /// Comes up, and is the venue's only session of this account from now on.
  func connect() {
    guard life.isAlive else { return }
    epoch = world.exchange.hello()
    isUp = true
    lastDelivery = scheduler.now
    world.exchange.publish = { [weak self] in self?.tell($0) }
    deliver(.control(.degrade(.venueLost, isOn: false)))
  }

  /// Goes down: what waits for an answer gets none, and reports are lost.
  func disconnect() {
    guard isUp else { return }
    isUp = false
    world.exchange.publish = { _ in }
    calls.answerAll(.nothing("connection lost"))
    deliver(.control(.degrade(.venueLost, isOn: true)))
  }

  /// The process dies.
  func die() {
    isUp = false
    world.exchange.publish = { _ in }
    calls.end(.nothing("the process has died"))
  }

  // MARK: questions

  /// Sends a question, lets `at` work on it where it arrives, and brings the answer back, if all goes well.
  private nonisolated(nonsending) func ask(
    isLost: Bool = false, isAnswerLost: Bool = false, extraDelay: UInt64 = 0, _ at: @escaping () -> Answer
  ) async -> Answer {
    guard life.isAlive, isUp else { return .nothing("no connection") }
    let session = epoch
    return await calls.wait { name in
      scheduler.after(Self.patience) { [calls] in calls.answer(name, .nothing("no answer within 5 s")) }
      guard !isLost else { return }
      let isTooLate = extraDelay >= Self.receiveWindow
      scheduler.after(world.travel() &+ extraDelay) { [self] in
        // An older session's leftovers are turned away, and so is what took too long.
        guard world.exchange.epoch == session, !isTooLate else { return }
        let answer = at()
        guard !isAnswerLost else { return }
        scheduler.after(world.travel()) { [calls] in calls.answer(name, answer) }
      }
    }
  }

  func submit(_ order: OutboundOrder, through gate: any LastGate) async -> SubmitOutcome {
    guard life.isAlive else { return .unknown(cause: "the process has died") }
    let requests = order.requests.map(world.mutant.request)
    guard gate.pass(order, { world.checks.handedOver(requests) }) else { return .rejected(.stopLatch) }
    let outcome = await carry(requests)
    if world.mutant.resends, case .unknown = outcome {
      world.checks.handedOver(requests)
      return await carry(requests)
    }
    return outcome
  }

  func capabilities() async throws -> VenueCapabilities { VenueCapabilities(hasPairs: world.exchange.hasPairs) }

  /// Carries an order, or the two of a pair, the stop first.
  private func carry(_ requests: [OrderRequest]) async -> SubmitOutcome {
    for request in requests { arrivesUntil[request.clientID] = scheduler.now &+ Self.receiveWindow }
    if world.faults.strikes(.rateLimit) { return .rejected(.invalid) }
    let isLost = world.faults.strikes(.lostOrder)
    let isAnswerLost = world.faults.strikes(.lostAcknowledgement)
    let delay =
      world.faults.strikes(.lateAcknowledgement)
      ? world.faults.length(.lateAcknowledgement, seconds: 0.1...12) : 0
    let isError = world.faults.strikes(.serverError)
    let errorHasEffect = isError && world.faults.below(2, .serverError) == 0
    let isRejected = world.faults.strikes(.reject)
    let answer = await ask(isLost: isLost, isAnswerLost: isAnswerLost, extraDelay: delay) { [world] in
      if isRejected { return .submit(.rejected(.insufficientBalance)) }
      if isError && !errorHasEffect { return .submit(.unknown(cause: "503")) }
      let outcome =
        requests.count == 2
        ? world.exchange.submitPair(
          limit: requests[1], stop: requests[0], isSplit: world.mutant.splitsPairs, at: world.time.trueNow)
        : world.exchange.submit(requests[0], at: world.time.trueNow)
      return .submit(isError ? .unknown(cause: "503") : outcome)
    }
    switch answer {
    case .submit(let outcome): return outcome
    case .nothing(let cause): return .unknown(cause: cause)
    default: return .unknown(cause: "another question's answer")
    }
  }

  func cancel(_ id: ClientOrderID) async -> CancelOutcome {
    let isLost = world.faults.strikes(.lostCancel)
    let isAnswerLost = isLost && world.faults.below(2, .lostCancel) == 0
    let delay = world.faults.strikes(.cancelFillRace) ? world.faults.length(.cancelFillRace, seconds: 1...9) : 0
    let answer = await ask(isLost: isLost && !isAnswerLost, isAnswerLost: isAnswerLost, extraDelay: delay) { [world] in
      .cancel(world.exchange.cancel(id, at: world.time.trueNow))
    }
    switch answer {
    case .cancel(let outcome): return outcome
    case .nothing(let cause): return .unknown(cause: cause)
    default: return .unknown(cause: "another question's answer")
    }
  }

  func order(_ id: ClientOrderID) async throws -> OrderSnapshot? {
    let answer = await ask(isLost: world.faults.strikes(.lostQuery)) { [world] in
      .order(world.exchange.engine.order(id))
    }
    guard case .order(let snapshot) = answer else { throw error(answer) }
    if snapshot == nil, let until = arrivesUntil[id], scheduler.now <= until {
      throw VenueError(cause: "order \(id) may still arrive")
    }
    return snapshot
  }

  func openOrders() async throws -> [OrderSnapshot] {
    let answer = await ask { [world] in .orders(world.exchange.engine.openOrders) }
    guard case .orders(let orders) = answer else { throw error(answer) }
    return orders
  }

  func fills(after tradeID: UInt64) async throws -> [Fill] {
    let answer = await ask { [world] in .fills(world.exchange.fills(after: world.mutant.cursor(tradeID))) }
    guard case .fills(let fills) = answer else { throw error(answer) }
    return fills
  }

  func account() async throws -> AccountSnapshot {
    let isStale = world.faults.strikes(.staleSnapshot)
    let answer = await ask(isLost: world.faults.strikes(.lostQuery)) { [self] in
      let fresh = world.exchange.engine.account
      defer { oldAccount = fresh }
      return .account(isStale ? oldAccount ?? fresh : fresh)
    }
    guard case .account(let account) = answer else { throw error(answer) }
    return account
  }

  private func error(_ answer: Answer) -> VenueError {
    if case .nothing(let cause) = answer { return VenueError(cause: cause) }
    return VenueError(cause: "another question's answer")
  }

  // MARK: reports

  /// Carries reports to the bot: in order, unless that goes wrong.
  private func tell(_ reports: [ExecutionReport]) {
    guard isUp else { return }
    for report in reports {
      if world.faults.strikes(.lostReport) { continue }
      var due = max(scheduler.now &+ world.travel(), lastDelivery &+ 1)
      if world.faults.strikes(.lateReport) {
        due = due &+ world.faults.length(.lateReport, seconds: 0.5...30)
      } else if world.faults.strikes(.disorderedReport) {
        due = due &+ world.faults.length(.disorderedReport, seconds: 0.02...0.5)
      } else if case .filled = report, world.faults.strikes(.fillAfterCancel) {
        due = due &+ world.faults.length(.fillAfterCancel, seconds: 0.1...5)
      } else {
        lastDelivery = due
      }
      hand(report, at: due)
      if world.faults.strikes(.duplicateReport) {
        hand(report, at: due &+ world.faults.length(.duplicateReport, seconds: 0.001...20))
      }
    }
  }

  private func hand(_ report: ExecutionReport, at due: UInt64) {
    let session = epoch
    scheduler.after(due &- scheduler.now) { [self] in
      guard life.isAlive, isUp, epoch == session else { return }
      deliver(.report(world.mutant.report(report)))
    }
  }
}
