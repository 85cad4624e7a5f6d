import Agent
import Core
import HRM

/// A policy that answers as its seed and the bar say: wishes (also illegal ones), failures, questions.
struct ScriptedPolicy: Policy {
  enum Style: Sendable { case mixed, asks, wishes, fails }

  let identity: PolicyIdentity
  let style: Style
  let seed: UInt64
  /// Bars seen, to show that every policy sees every bar.
  var observed = 0

  init(_ name: String, style: Style, seed: UInt64 = 0) {
    identity = PolicyIdentity(name: name, sha256: String(repeating: "0", count: 64), isUntrained: false)
    self.style = style
    self.seed = seed
  }

  mutating func observe(_ observation: Observation) { observed += 1 }

  mutating func decide(_ observation: Observation) -> PolicyAnswer {
    let step = UInt64(bitPattern: observation.bar.closeTime.milliseconds)
    var random = CounterRandom(seed: seed, purpose: .propertyTest, step: step)
    switch style {
    case .asks: return .think(request(observation))
    case .fails: return .failure(.loadFailed, "scripted failure")
    case .wishes: return .wish(wish(&random))
    case .mixed:
      switch random.below(4) {
      case 0: return .wish(wish(&random))
      case 1: return .failure(FallbackReason.allCases[random.below(3)], "scripted failure")
      default: return .think(request(observation))
      }
    }
  }

  private func wish(_ random: inout CounterRandom) -> PolicyWish {
    let fraction = random.below(10) == 0 ? Rate(raw: Rate.unit + 1) : Rate(raw: Int64(random.below(1_000_000_001)))
    return PolicyWish(action: Action.allCases[random.below(5)], fraction: fraction, note: "seen \(observed)")
  }

  private func request(_ observation: Observation) -> NetworkRequest {
    NetworkRequest(
      sequence: 0, instrument: observation.instrument, barClose: observation.bar.closeTime,
      input: HRMInput(bars: [], instrumentRow: 0, timeframeRow: 0, context: []), legalMask: observation.legalMask,
      limits: limits)
  }

  func interpret(_ answer: NetworkAnswer, legalMask: LegalMask) -> PolicyAnswer {
    if answer.failure != nil { return .failure(.nonFinite, "scripted non-finite") }
    let action = Action(rawValue: UInt8(answer.quantity * 4)) ?? .hold
    return .wish(PolicyWish(action: action, fraction: .one, reading: answer.reading))
  }
}

let limits = ThinkingLimits(minSegments: 1, maxSegments: 4, tolerance: 0, deadlineNanoseconds: nil, forcedSegments: nil)

func reading(halt: HaltReason = .q) -> NetworkReading {
  NetworkReading(
    logits: [1, 0, 0, 0, 0], probabilities: [1, 0, 0, 0, 0], value: 0, qHalt: 0, qContinue: 0, segments: 2,
    haltReason: halt, actionPerSegment: [.buyLong, .buyLong], residualH: 0, residualL: 0)
}

func answer(_ ticket: UInt64, quantity: Float = 0, failure: String? = nil, halt: HaltReason = .q) -> NetworkAnswer {
  NetworkAnswer(
    ticket: ticket, reading: failure == nil ? reading(halt: halt) : nil, quantity: quantity, failure: failure,
    latencyMicros: 1)
}
