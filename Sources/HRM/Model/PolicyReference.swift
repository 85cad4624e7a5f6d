/// What a policy is measured against while it trades: recorded with it, so that a bot can tell when today is no longer
/// what the policy was made for.
public struct PolicyReference: Codable, Equatable, Hashable, Sendable {
  /// How its features were spread; nil: drift cannot be told.
  public var profile: FeatureProfile?
  /// What its trades earned; nil: nobody can say that they earn less.
  public var expectation: TradeExpectation?

  /// A reference as given.
  public init(profile: FeatureProfile? = nil, expectation: TradeExpectation? = nil) {
    self.profile = profile
    self.expectation = expectation
  }

  /// What is wrong with it for bars of so many numbers; nil: nothing.
  public func fault(featureCount: Int) -> String? {
    profile?.fault(featureCount: featureCount).map { "profile \($0)" } ?? expectation?.fault.map { "expectation \($0)" }
  }
}

/// What the trades of a policy earned out of sample, net of all costs.
public struct TradeExpectation: Codable, Equatable, Hashable, Sendable {
  /// Fewest trades that an expectation may stand on.
  public static let fewestTrades = 30

  /// Mean net result of a closed trade, as a share of what its position cost: 0.001 is 10 basis points.
  public let meanReturn: Double
  /// Standard deviation of those results.
  public let deviation: Double
  /// Trades that they come from.
  public let trades: Int
  /// Where they come from: data, span and costs, in words.
  public let source: String

  enum CodingKeys: String, CodingKey {
    case meanReturn = "mean_return"
    case deviation, trades, source
  }

  /// An expectation as given.
  public init(meanReturn: Double, deviation: Double, trades: Int, source: String) {
    self.meanReturn = meanReturn
    self.deviation = deviation
    self.trades = trades
    self.source = source
  }

  /// What is wrong with it; nil: nothing.
  public var fault: String? {
    guard meanReturn.isFinite, meanReturn.magnitude <= 1 else { return "mean_return is \(meanReturn), not -1...1" }
    guard deviation.isFinite, (0...10).contains(deviation) else { return "deviation is \(deviation), not 0...10" }
    guard trades >= Self.fewestTrades else {
      return "stands on \(trades) trades, at least \(Self.fewestTrades) are needed"
    }
    return nil
  }
}
