import Core
import Foundation

/// The archived PPO policy (format `hrmbot.ppo-fallback/1`): a small network over features of its own, hourly only.
///
/// Decides by the highest raw logit, the lowest index on ties; an illegal choice acts as hold, as in its training.
/// Opens with `min(1, 0.40 / (σ · √8760))` of the allowed size, σ the root mean square of the last 168 log returns.
public struct MLPPolicy: Policy {
  /// `policy_id` and SHA-256 of the weights, from the manifest.
  public let identity: PolicyIdentity
  /// Whether the recorded vectors were there and came out.
  public let hasVerifiedVectors: Bool
  private let network: MLPNetwork
  private let manifest: MLPManifest
  private var histories: [HourlyHistory?] = []

  /// Loads and verifies `ppo-fallback.json`, `ppo-fallback.safetensors` and, when there, `vectors-policy.json`.
  /// Throws `PolicyError.unavailable` naming file and reason.
  public init(directory: String) throws {
    manifest = try MLPManifest.load(directory)
    let path = "\(directory)/\(MLPManifest.weightsFileName)"
    let bytes = try PolicyError.bytes(of: path, limit: 16 << 20)
    do { network = try MLPNetwork(bytes: bytes, manifest: manifest) } catch PolicyError.unavailable(let reason) {
      throw PolicyError.unavailable("\(path): \(reason); restore it from the archive")
    }
    let vectors = try MLPVectors.load(directory)
    try vectors?.check(network)
    hasVerifiedVectors = vectors != nil
    identity = PolicyIdentity(name: manifest.policy_id, sha256: manifest.weights.sha256, isUntrained: false)
  }

  /// Takes an hourly bar into the history of its instrument; ignores other timeframes.
  public mutating func observe(_ observation: Observation) {
    guard observation.timeframe == .oneHour else { return }
    let index = Int(observation.instrument.index)
    if index >= histories.count {
      histories.append(contentsOf: repeatElement(nil, count: index + 1 - histories.count))
    }
    if histories[index] == nil { histories[index] = HourlyHistory() }
    histories[index]!.append(observation.bar)
  }

  /// Holds during the first 168 bars, then asks the network; fails on other timeframes.
  public mutating func decide(_ observation: Observation) -> PolicyAnswer {
    guard observation.timeframe == .oneHour else {
      return .failure(.loadFailed, "mlp is an hourly policy: run it with timeframe 1h or choose another policy")
    }
    let index = Int(observation.instrument.index)
    guard index < histories.count, let history = histories[index], history.isReady else {
      return .wish(.hold(note: "warming_up"))
    }
    let (input, sigma) = self.input(history, observation.position)
    let logits = network.logits(input)
    let value = network.value(input)
    guard input.allSatisfy(\.isFinite), logits.allSatisfy(\.isFinite), value.isFinite else {
      return .failure(.nonFinite, "mlp: an input or a logit is not finite")
    }
    let mask = observation.legalMask
    var action = Action(rawValue: UInt8(Self.argmax(logits))) ?? .hold
    if !mask.contains(action) { action = .hold }
    guard let opening = Rate(truncating: weight(sigma: sigma)) else {
      return .failure(.nonFinite, "mlp: the volatility is not finite")
    }
    let fraction: Rate = action.isOpening ? opening : action.isClosing ? .one : .zero
    let reading = reading(logits: logits, value: value, action: action, mask: mask)
    return .wish(PolicyWish(action: action, fraction: fraction, reading: reading))
  }

  /// Share of the allowed size at a volatility per bar.
  private func weight(sigma: Double) -> Double {
    let rule = manifest.quantity_rule
    return min(rule.max_weight, rule.target_vol / (sigma * rule.bars_per_year.squareRoot()))
  }

  /// The 16 inputs of the network, as float32, and σ.
  private func input(_ history: HourlyHistory, _ position: PositionView) -> (values: [Float], sigma: Double) {
    let (raw, sigma) = history.features()
    let rule = manifest.observation.normalisation
    var values = raw.indices.map { Float(Self.clip((raw[$0] - rule.mean[$0]) / rule.std[$0], rule.clip)) }
    guard position.side != .flat else { return (values + [0, 0, 0], sigma) }
    let side = Double(position.side.rawValue)
    let entry = position.averagePrice?.approximate ?? .nan
    let gain = side * log(history.lastClose / entry) / (sigma * 24.0.squareRoot())
    // A position without its entry time is at least one bar old.
    let held = max(1, position.entryTime.map { history.bars(after: $0) } ?? 1)
    values += [Float(side), Float(Self.clip(gain, 5)), Float(Double(min(held, 240)) / 240)]
    return (values, sigma)
  }

  /// A NaN stays one: `min` and `max` alone would turn it into a bound.
  private static func clip(_ value: Double, _ bound: Double) -> Double {
    value.isNaN ? value : min(bound, max(-bound, value))
  }

  /// Index of the largest number, the lowest on ties.
  static func argmax(_ values: [Double]) -> Int {
    var best = 0
    for index in values.indices where values[index] > values[best] { best = index }
    return best
  }

  /// One forward pass counts as one segment; the format has no halting head, so both Q values are 0.
  private func reading(logits: [Double], value: Double, action: Action, mask: LegalMask) -> NetworkReading {
    let logits = logits.map { Float($0) }
    return NetworkReading(
      logits: logits, probabilities: MaskedSoftmax.probabilities(logits, mask), value: Float(value), qHalt: 0,
      qContinue: 0, segments: 1, haltReason: .max, actionPerSegment: [action], residualH: 0, residualL: 0)
  }

  /// The raw features, the network's input, its logits and value, and the share of the allowed size, for a state that
  /// has seen the bars before; nil while warming up.
  package func inspect(_ instrument: InstrumentID, _ position: PositionView) -> (
    features: [Double], sigma: Double, input: [Float], logits: [Double], value: Double, weight: Double
  )? {
    guard Int(instrument.index) < histories.count, let history = histories[Int(instrument.index)], history.isReady
    else { return nil }
    let (values, sigma) = input(history, position)
    return (
      history.features().values, sigma, values, network.logits(values), network.value(values), weight(sigma: sigma)
    )
  }
}
