import Core

/// The checks made so far and what they amount to.
struct CheckList {
  private static let capacity = RiskCheck.allCases.count

  /// The checks in order; empty where nobody wants to read them.
  private(set) var results: [CheckResult] = []
  private let isKept: Bool
  private(set) var vetoCount = 0
  /// The first veto that is not merely about too small a quantity.
  private(set) var firstVeto: RiskCheck?

  init(isKept: Bool) {
    self.isKept = isKept
    if isKept { results.reserveCapacity(Self.capacity) }
  }

  /// Why nothing may be done; nil: it may.
  var skipReason: SkipReason? {
    if let firstVeto { return .veto(firstVeto) }
    return vetoCount > 0 ? .belowMinimumQuantity : nil
  }

  @inline(__always)
  mutating func append(_ result: CheckResult) {
    if result.outcome == .veto {
      vetoCount += 1
      if firstVeto == nil, result.check != .orderQuantity { firstVeto = result.check }
    }
    if isKept { results.append(result) }
  }

  /// A yes-or-no check.
  mutating func require(_ check: RiskCheck, _ isMet: Bool) {
    append(CheckResult(check: check, outcome: isMet ? .pass : .veto))
  }

  /// A check that does not concern this decision.
  mutating func notApplicable(_ check: RiskCheck) { append(CheckResult(check: check, outcome: .notApplicable)) }

  /// A check whose input is missing or makes no sense.
  mutating func missing(_ check: RiskCheck, limit: Measure? = nil) {
    append(CheckResult(check: check, outcome: .veto, limit: limit))
  }

  /// Passes up to and with the limit, if `condition` holds too.
  mutating func atMost(_ check: RiskCheck, _ input: Measure, _ limit: Measure, if condition: Bool = true) {
    measure(check, input, limit, from: limit, minus: input, condition)
  }

  /// Passes from the limit on.
  mutating func atLeast(_ check: RiskCheck, _ input: Measure, _ limit: Measure) {
    measure(check, input, limit, from: input, minus: limit, true)
  }

  /// Passes below the limit only.
  mutating func below(_ check: RiskCheck, _ input: Measure, _ limit: Measure) {
    measure(check, input, limit, from: limit, minus: input, input < limit)
  }

  @inline(__always)
  private mutating func measure(
    _ check: RiskCheck, _ input: Measure, _ limit: Measure, from large: Measure, minus small: Measure,
    _ condition: Bool
  ) {
    let (margin, overflow) = large.raw.subtractingReportingOverflow(small.raw)
    let passes = condition && !overflow && margin >= 0
    append(
      CheckResult(
        check: check, outcome: passes ? .pass : .veto, input: input, limit: limit,
        margin: overflow ? nil : Measure(raw: margin)))
  }
}
