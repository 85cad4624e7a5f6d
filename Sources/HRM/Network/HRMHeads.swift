/// What the network says after a segment.
public struct HRMHeads: Sendable, Equatable {
  /// One logit per action, illegal ones included; empty without a trade head.
  public var policyLogits: [Float]
  /// Share of the allowed size, in (0, 1); 0 without a trade head.
  public var quantity: Float
  /// Expected value; 0 without a trade head.
  public var value: Float
  /// Logit of "the present answer is right, stop".
  public var qHalt: Float
  /// Logit of "go on".
  public var qContinue: Float
  /// Relative change ‖new - old‖ / ‖old‖ of the slow state in its last update.
  public var residualH: Float
  /// The same of the fast state.
  public var residualL: Float
  /// `vocab` logits for each position after the prefix, row-major; empty without a language head.
  public var tokenLogits: [Float]

  /// Heads as given.
  public init(
    policyLogits: [Float], quantity: Float, value: Float, qHalt: Float, qContinue: Float, residualH: Float,
    residualL: Float, tokenLogits: [Float] = []
  ) {
    self.policyLogits = policyLogits
    self.quantity = quantity
    self.value = value
    self.qHalt = qHalt
    self.qContinue = qContinue
    self.residualH = residualH
    self.residualL = residualL
    self.tokenLogits = tokenLogits
  }

  /// Whether every number is finite. Heads that are not must never be acted on.
  public var isFinite: Bool {
    policyLogits.allSatisfy(\.isFinite) && tokenLogits.allSatisfy(\.isFinite) && quantity.isFinite && value.isFinite
      && qHalt.isFinite && qContinue.isFinite && residualH.isFinite && residualL.isFinite
  }

  /// The action with the largest logit among the legal ones; the first of equal ones. A logit that is not a number
  /// never wins; if no legal logit is one, the last legal action (in trading's order, hold).
  public func bestAction(legal: [Bool]) -> Int {
    precondition(legal.count == policyLogits.count, "\(legal.count) legality flags, \(policyLogits.count) actions")
    var best: Int?
    for action in legal.indices where legal[action] && !policyLogits[action].isNaN {
      if let leader = best, policyLogits[action] <= policyLogits[leader] { continue }
      best = action
    }
    return best ?? legal.lastIndex(of: true) ?? legal.count - 1
  }
}
