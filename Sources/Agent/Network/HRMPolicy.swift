import Core
import HRM

/// The network as a policy: turns an observation into a question, and the answer into a wish.
public struct HRMPolicy: Policy {
  /// Name and weights of the model.
  public let identity: PolicyIdentity
  private let setup: Setup

  /// What the policy needs to know of the model and the run.
  public struct Setup: Sendable {
    /// Embedding row of each instrument of the run's table, by index; beyond its end and for the unknown: 0.
    public var instrumentRows: [Int]
    /// Bar length of the run.
    public var timeframe: Timeframe
    /// Embedding row of `timeframe`; 0 is the unknown one.
    public var timeframeRow: Int
    /// Numbers in the window (bars · features per bar) and in the context.
    public var windowCount: Int
    /// See `windowCount`.
    public var contextCount: Int
    /// Segments and deadline of every question.
    public var limits: ThinkingLimits
    /// Whether the market's complexity raises the fewest segments of a question.
    public var complexitySetsMinimum: Bool
    /// What the quantity head's 0 and 1 mean, as shares of the allowed size.
    public var quantityMin: Rate
    /// See `quantityMin`.
    public var quantityMax: Rate
    /// Scale of the numbers of bars that the model was trained on; nil: they are taken as they are.
    public var normaliser: InputNormaliser?

    /// A setup as given.
    public init(
      instrumentRows: [Int], timeframe: Timeframe, timeframeRow: Int, windowCount: Int, contextCount: Int,
      limits: ThinkingLimits, complexitySetsMinimum: Bool = false, quantityMin: Rate, quantityMax: Rate,
      normaliser: InputNormaliser? = nil
    ) {
      self.instrumentRows = instrumentRows
      self.timeframe = timeframe
      self.timeframeRow = timeframeRow
      self.windowCount = windowCount
      self.contextCount = contextCount
      self.limits = limits
      self.complexitySetsMinimum = complexitySetsMinimum
      self.quantityMin = quantityMin
      self.quantityMax = quantityMax
      self.normaliser = normaliser
    }
  }

  /// Scale of the numbers of bars before the network sees them; nil: none.
  public var normaliser: InputNormaliser? { setup.normaliser }

  /// A policy over the network with `identity`. Throws `PolicyError.parameters`.
  public init(identity: PolicyIdentity, setup: Setup) throws {
    guard !setup.quantityMin.isNegative, setup.quantityMin <= setup.quantityMax, setup.quantityMax <= .one else {
      throw PolicyError.parameters(
        "hrm: quantity_min \(setup.quantityMin) and quantity_max \(setup.quantityMax) must satisfy 0 <= min <= max <= 1"
      )
    }
    guard setup.windowCount > 0, setup.contextCount > 0, setup.limits.minSegments >= 1,
      setup.limits.minSegments <= setup.limits.maxSegments
    else { throw PolicyError.parameters("hrm: shapes must be positive and 1 <= act_min <= act_max") }
    guard setup.normaliser.map({ setup.windowCount.isMultiple(of: $0.means.count) }) ?? true else {
      throw PolicyError.parameters("hrm: the normaliser does not fit a window of \(setup.windowCount) numbers")
    }
    self.identity = identity
    self.setup = setup
  }

  /// Remembers nothing: a decision is a function of its observation alone.
  public mutating func observe(_ observation: Observation) {}

  /// Asks the network; holds while warming up; fails on features that are not finite or of another shape.
  public mutating func decide(_ observation: Observation) -> PolicyAnswer {
    if observation.quality.contains(.nonFinite) { return .failure(.nonFinite, "hrm: a feature is not finite") }
    if observation.quality.contains(.warmingUp) || observation.window.isEmpty {
      return .wish(.hold(note: "warming_up"))
    }
    guard observation.window.count == setup.windowCount, observation.context.count == setup.contextCount else {
      return .failure(
        .loadFailed,
        "hrm: window of \(observation.window.count) and context of \(observation.context.count) numbers, "
          + "the model takes \(setup.windowCount) and \(setup.contextCount)")
    }
    let index = Int(observation.instrument.index)
    var bars = observation.window
    setup.normaliser?.apply(to: &bars)
    let input = HRMInput(
      bars: bars,
      instrumentRow: index < setup.instrumentRows.count ? setup.instrumentRows[index] : 0,
      timeframeRow: observation.timeframe == setup.timeframe ? setup.timeframeRow : 0,
      context: observation.context)
    return .think(
      NetworkRequest(
        sequence: 0, instrument: observation.instrument, barClose: observation.bar.closeTime, input: input,
        legalMask: observation.legalMask, limits: limits(for: observation)))
  }

  /// The limits of every question, or with a minimum that follows from the market's complexity.
  private func limits(for observation: Observation) -> ThinkingLimits {
    var limits = setup.limits
    guard setup.complexitySetsMinimum else { return limits }
    limits.minSegments = MinimumDepth.segments(
      complexity: observation.complexity, floor: limits.minSegments, maximum: limits.maxSegments)
    return limits
  }

  /// The best legal action, the lowest on ties, with the quantity head mapped to the allowed range.
  public func interpret(_ answer: NetworkAnswer, legalMask: LegalMask) -> PolicyAnswer {
    if let failure = answer.failure {
      return .failure(failure == NetworkAnswer.nonFinite ? .nonFinite : .loadFailed, "hrm: \(failure)")
    }
    guard let reading = answer.reading, reading.logits.count == Action.count,
      reading.probabilities.count == Action.count, reading.segments >= 1
    else { return .failure(.loadFailed, "hrm: the answer has no complete reading") }
    guard reading.isFinite, answer.quantity >= 0, answer.quantity <= 1,
      let share = Rate(truncating: Double(answer.quantity))
    else { return .failure(.nonFinite, "hrm: \(NetworkAnswer.nonFinite)") }
    let action = legalMask.best(reading.logits)
    let fraction: Rate = action.isOpening ? quantity(share) : action.isClosing ? .one : .zero
    return .wish(PolicyWish(action: action, fraction: fraction, reading: reading))
  }

  /// `quantityMin + (quantityMax - quantityMin) · share`, exact, rounded towards zero.
  private func quantity(_ share: Rate) -> Rate {
    let width = Int128(setup.quantityMax.raw - setup.quantityMin.raw)
    return Rate(raw: setup.quantityMin.raw + Int64(width * Int128(share.raw) / Int128(Rate.unit)))
  }
}

extension NetworkAnswer {
  /// The failure of a network whose output is not finite.
  public static let nonFinite = "non-finite"
}

extension NetworkReading {
  /// Whether every number is finite.
  var isFinite: Bool {
    logits.allSatisfy(\.isFinite) && probabilities.allSatisfy(\.isFinite) && value.isFinite && qHalt.isFinite
      && qContinue.isFinite && residualH.isFinite && residualL.isFinite
  }
}

extension LegalMask {
  /// The legal action with the highest logit, the lowest index on ties. `logits` must have one number per action.
  func best(_ logits: [Float]) -> Action {
    var best = Action.hold
    var peak: Float?
    for action in Action.allCases where contains(action) {
      let logit = logits[Int(action.rawValue)]
      if let peak, logit <= peak { continue }
      (best, peak) = (action, logit)
    }
    return best
  }
}
