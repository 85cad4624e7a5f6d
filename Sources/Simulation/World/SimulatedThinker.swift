import Agent
import Bot
import Core
import HRM

/// Decides by chance, so that every path of the bot is walked: mostly at once, sometimes through a network's answer,
/// sometimes not at all. Equal observations give equal decisions, whenever and how often they are asked for.
struct ChancePolicy: Policy {
  let identity = PolicyIdentity(name: "chance", sha256: "-", isUntrained: true)
  private let seed: UInt64

  init(seed: UInt64) { self.seed = seed }

  mutating func observe(_ observation: Observation) {}

  mutating func decide(_ observation: Observation) -> PolicyAnswer {
    var random = CounterRandom(
      seed: seed, purpose: .simulationPolicy, step: UInt64(bitPattern: observation.bar.closeTime.milliseconds),
      lane: UInt64(observation.instrument.index))
    let draw = random.uniform()
    if draw < 0.01 { return .failure(.loadFailed, "by chance") }
    if draw < 0.2 {
      return .think(
        NetworkRequest(
          sequence: 0, instrument: observation.instrument, barClose: observation.bar.closeTime,
          input: HRMInput(bars: [], instrumentRow: 0, timeframeRow: 0, context: []),
          legalMask: LegalMask(position: observation.position.side, isShortable: observation.isShortable),
          limits: ThinkingLimits(maxSegments: 1)))
    }
    return .wish(Self.wish(observation.position.side, isShortable: observation.isShortable, &random))
  }

  func interpret(_ answer: NetworkAnswer, legalMask: LegalMask) -> PolicyAnswer {
    guard let reading = answer.reading else { return .failure(.nonFinite, answer.failure ?? "no reading") }
    let best = Action.allCases.filter { legalMask.contains($0) }.max {
      reading.probabilities[Int($0.rawValue)] < reading.probabilities[Int($1.rawValue)]
    }
    return .wish(PolicyWish(action: best ?? .hold, fraction: best == .hold ? .zero : .one, reading: reading))
  }

  private static func wish(
    _ side: PositionSide, isShortable: Bool, _ random: inout CounterRandom
  ) -> PolicyWish {
    let isActing = random.uniform() < 0.25
    let isShort = isShortable && random.uniform() < 0.5
    let share = Rate(raw: Int64(Double(Rate.unit) * (0.2 + 0.8 * random.uniform())))
    guard isActing else { return .hold() }
    switch side {
    case .flat: return PolicyWish(action: isShort ? .sellShort : .buyLong, fraction: share)
    case .long: return PolicyWish(action: .closeLong, fraction: .one)
    case .short: return PolicyWish(action: .closeShort, fraction: .one)
    }
  }
}

/// Answers network requests after a while, in time or not, usable or not.
final class SimulatedThinker: @unchecked Sendable {
  private let world: World
  private let life: ProcessLife
  private let answer: @Sendable (Ingress) -> Void
  private let deadlineNanoseconds: UInt64

  init(world: World, life: ProcessLife, deadlineMillis: Int, answer: @escaping @Sendable (Ingress) -> Void) {
    self.world = world
    self.life = life
    self.answer = answer
    deadlineNanoseconds = UInt64(deadlineMillis) * 1_000_000
  }

  func think(_ request: NetworkRequest) {
    var random = CounterRandom(seed: world.seed, purpose: .simulationPolicy, step: request.sequence, lane: 1 << 32)
    var nanoseconds = UInt64(5_000_000 + random.below(25_000_000))
    if world.faults.strikes(.lateThought) {
      nanoseconds = world.faults.length(.lateThought, seconds: 0.05...90)
    }
    let hasFailed = world.faults.strikes(.failedThought)
    let scores = (0..<Action.count).map { _ in Float(random.uniform()) }
    let sum = scores.reduce(0, +)
    let reading = NetworkReading(
      logits: scores, probabilities: scores.map { $0 / sum }, value: 0, qHalt: 0, qContinue: 0, segments: 1,
      haltReason: .max, actionPerSegment: [.hold], residualH: 0, residualL: 0)
    let reply = NetworkAnswer(
      ticket: request.sequence, reading: hasFailed ? nil : reading, quantity: Float(random.uniform()),
      failure: hasFailed ? "non-finite" : nil, latencyMicros: Int(nanoseconds / 1000))
    let (instrument, ticket) = (request.instrument, request.sequence)
    world.scheduler.after(nanoseconds) { [self] in
      if life.isAlive { answer(.answer(reply, instrument: instrument)) }
    }
    world.scheduler.after(deadlineNanoseconds) { [self] in
      if life.isAlive { answer(.deadline(ticket: ticket)) }
    }
  }
}
