import Core
import Foundation

/// A ridge regression of the next `horizon` bars' return on the network's features of one bar, fitted anew on the past
/// alone every `refitBars` bars, all instruments together. What a network must be better than.
///
/// Target: `ln(close[t+H]/close[t]) / (σ_t √H)`, clipped to ±5. It opens where the return that it expects is beyond
/// `threshold` (costs both ways), and closes where the sign has turned.
public struct LinearPolicy: Policy {
  /// Features of a bar, and the constant.
  static let width = 17
  /// Samples before the first fit.
  static let smallestSample = 500
  /// `linear-HORIZON`, and the hash of the parameters.
  public let identity: PolicyIdentity
  private let horizon: Int
  private let refitBars: Int
  private let ridge: Double
  private let threshold: Double
  private let learnsUntil: Timestamp
  private var streams: [Stream] = []
  private var regression = RidgeRegression(width: width)
  private var samples = 0
  private var sinceFit = 0
  private var weights: [Double]?

  private struct Stream {
    /// Rows that wait for their targets: features, close, volatility of `horizon` bars; oldest first.
    var waiting: [(row: [Double], logClose: Double, sigma: Double)] = []
    var expected: Double?
  }

  /// The rule. `threshold` is a share of the price. `learnsUntil`: what closes later changes the weights no more; nil: it
  /// goes on learning. Throws `PolicyError.parameters`.
  public init(
    horizon: Int = 24, refitBars: Int = 168, ridge: Double = 100, threshold: Double = 0.0024,
    learnsUntil: Timestamp? = nil
  ) throws {
    guard (1...1000).contains(horizon), refitBars > 0, ridge > 0, threshold >= 0, threshold.isFinite else {
      throw PolicyError.parameters(
        "linear: horizon \(horizon) must be from 1 to 1000, refit \(refitBars) and ridge \(ridge) above 0, threshold "
          + "\(threshold) at least 0")
    }
    self.horizon = horizon
    self.refitBars = refitBars
    self.ridge = ridge
    self.threshold = threshold
    self.learnsUntil = learnsUntil ?? Timestamp(milliseconds: .max)
    identity = .rule(name: "linear-\(horizon)") { json in
      json.key("horizon")
      json.value(horizon)
      json.key("kind")
      json.value(literal: "linear")
      if let learnsUntil {
        json.key("learns_until")
        json.value(learnsUntil.milliseconds)
      }
      json.key("refit_bars")
      json.value(refitBars)
      json.key("ridge")
      json.value(ridge)
      json.key("threshold")
      json.value(threshold)
    }
  }

  /// Learns from the row whose future is known now, and expects from this one.
  public mutating func observe(_ observation: Observation) {
    let index = Int(observation.instrument.index)
    while streams.count <= index { streams.append(Stream()) }
    let close = observation.bar.close.approximate
    guard observation.window.count >= Self.width - 1, let volatility = observation.volatilityPerBar, volatility > 0,
      close > 0
    else {
      streams[index].expected = nil
      return
    }
    let logClose = log(close)
    let row = observation.window.suffix(Self.width - 1).map(Double.init) + [1]
    let sigma = volatility * Double(horizon).squareRoot()
    // A gap breaks the count of bars, not the sums.
    if observation.quality.contains(.gap) { streams[index].waiting.removeAll() }
    streams[index].waiting.append((row, logClose, sigma))
    if streams[index].waiting.count > horizon {
      let old = streams[index].waiting.removeFirst()
      if observation.bar.closeTime <= learnsUntil {
        learn(old.row, min(5, max(-5, (logClose - old.logClose) / old.sigma)))
      }
    }
    streams[index].expected = weights.map { weights in
      zip(weights, row).reduce(0) { $0 + $1.0 * $1.1 } * sigma
    }
  }

  private mutating func learn(_ row: [Double], _ target: Double) {
    regression.add(row, target)
    samples += 1
    sinceFit += 1
    guard samples >= Self.smallestSample, weights == nil || sinceFit >= refitBars * streams.count else { return }
    sinceFit = 0
    weights = regression.weights(ridge: ridge) ?? weights
  }

  /// Opens on what is worth the costs, closes on the turn of the sign.
  public mutating func decide(_ observation: Observation) -> PolicyAnswer {
    let index = Int(observation.instrument.index)
    guard index < streams.count, let expected = streams[index].expected else {
      return .wish(.hold(note: "warming_up"))
    }
    switch observation.position.side {
    case .long: return .wish(.towards(expected < 0 ? .flat : .long, from: .long))
    case .short: return .wish(.towards(expected > 0 ? .flat : .short, from: .short))
    case .flat where expected > threshold: return .wish(.towards(.long, from: .flat))
    case .flat where expected < -threshold && observation.isShortable: return .wish(.towards(.short, from: .flat))
    case .flat: return .wish(.hold())
    }
  }
}
