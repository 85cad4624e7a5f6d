import Foundation

/// The parts of `ppo-fallback.json` (format `hrmbot.ppo-fallback/1`) that decide what the weights mean.
struct MLPManifest: Decodable, Sendable {
  struct Weights: Decodable, Sendable {
    let file: String
    let sha256: String
    let dtype: String
    let tensors: [String: [Int]]
  }
  struct Architecture: Decodable, Sendable, Equatable {
    let kind: String
    let obs_dim: Int
    let hidden: [Int]
    let activation: String
    let actions: Int
  }
  struct Normalisation: Decodable, Sendable {
    let mean: [Double]
    let std: [Double]
    let clip: Double
  }
  struct ObservationRules: Decodable, Sendable {
    let names: [String]
    let timeframe: String
    let warmup_bars: Int
    let definitions: [String: String]
    let normalisation: Normalisation
  }
  struct QuantityRule: Decodable, Sendable {
    let kind: String
    let target_vol: Double
    let max_weight: Double
    let bars_per_year: Double
  }

  let format: String
  let policy_id: String
  let weights: Weights
  let architecture: Architecture
  let observation: ObservationRules
  let action_map: [String: String]
  let legal_actions: [String: [Int]]
  let quantity_rule: QuantityRule

  static let fileName = "ppo-fallback.json"
  static let weightsFileName = "ppo-fallback.safetensors"
  static let major = "hrmbot.ppo-fallback/1"
  /// Observation inputs from bars; the other three describe the position.
  static let barFeatures = 13
  static let observationNames = [
    "ret1", "ret4", "ret24", "ret72", "ret168", "volratio", "sma24", "sma168", "rsi14", "range48", "volume",
    "hour_sin", "hour_cos", "position", "unrealised", "holding",
  ]
  static let architecture = Architecture(
    kind: "mlp-actor-critic", obs_dim: 16, hidden: [64, 64], activation: "tanh", actions: 5)
  static let tensorShapes: [(name: String, shape: [Int])] = [
    ("action.bias", [5]), ("action.weight", [5, 64]), ("pi.0.bias", [64]), ("pi.0.weight", [64, 16]),
    ("pi.1.bias", [64]), ("pi.1.weight", [64, 64]), ("value.bias", [1]), ("value.weight", [1, 64]),
    ("vf.0.bias", [64]), ("vf.0.weight", [64, 16]), ("vf.1.bias", [64]), ("vf.1.weight", [64, 64]),
  ]
  private static let actionNames = [
    "0": "BUY_LONG", "1": "SELL_SHORT", "2": "CLOSE_LONG", "3": "CLOSE_SHORT", "4": "HOLD",
  ]
  private static let legalActions = ["short": [3, 4], "flat": [0, 1, 4], "long": [2, 4]]

  /// Reads and checks the manifest in `directory`. Throws `PolicyError.unavailable`.
  static func load(_ directory: String) throws -> MLPManifest {
    let path = "\(directory)/\(fileName)"
    let bytes = try PolicyError.bytes(of: path, limit: 1 << 20)
    let manifest: MLPManifest
    do { manifest = try JSONDecoder().decode(MLPManifest.self, from: Data(bytes)) } catch {
      throw PolicyError.unavailable("\(path): no manifest of \(major): \(String(describing: error).prefix(300))")
    }
    if let fault = manifest.fault { throw PolicyError.unavailable("\(path): \(fault); restore it from the archive") }
    return manifest
  }

  /// The first thing that this code would get wrong if it went on; nil if there is none.
  private var fault: String? {
    guard format == Self.major || format.hasPrefix(Self.major + ".") else {
      return "format is \(format.prefix(60)), only \(Self.major) can be read"
    }
    guard !policy_id.isEmpty, policy_id.count <= 100 else { return "policy_id has \(policy_id.count) characters" }
    // Only this name: a manifest must not lead to other places in the file system.
    guard weights.file == Self.weightsFileName else { return "weights.file is not \(Self.weightsFileName)" }
    guard weights.dtype == "F32" else { return "weights.dtype is \(weights.dtype.prefix(20)), not F32" }
    guard weights.sha256.utf8.count == 64 else { return "weights.sha256 is not 64 hexadecimal digits" }
    let shapes = Dictionary(uniqueKeysWithValues: Self.tensorShapes)
    guard weights.tensors == shapes else { return "weights.tensors are not the twelve of this architecture" }
    guard architecture == Self.architecture else { return "architecture is not \(Self.architecture)" }
    guard action_map == Self.actionNames else { return "action_map is not the one of this program" }
    guard legal_actions == Self.legalActions else { return "legal_actions are not those of this program" }
    return observationFault ?? quantityFault
  }

  private var observationFault: String? {
    guard observation.names == Self.observationNames else { return "observation.names are not the sixteen known" }
    guard observation.timeframe == "1h" else { return "observation.timeframe is not 1h" }
    guard observation.warmup_bars == HourlyHistory.warmUpBars else {
      return "observation.warmup_bars is \(observation.warmup_bars), not \(HourlyHistory.warmUpBars)"
    }
    let rule = observation.normalisation
    guard rule.mean.count == Self.barFeatures, rule.std.count == Self.barFeatures else {
      return "observation.normalisation has \(rule.mean.count) means and \(rule.std.count) deviations, not 13"
    }
    guard rule.mean.allSatisfy(\.isFinite), rule.std.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      return "observation.normalisation has a number that is not finite or a deviation that is not positive"
    }
    // The last three inputs are clipped at 5 by definition, so another number would not be this observation.
    guard rule.clip == 5 else { return "observation.normalisation.clip is \(rule.clip), not 5" }
    return nil
  }

  private var quantityFault: String? {
    let rule = quantity_rule
    guard rule.kind == "vol_target_at_entry" else { return "quantity_rule.kind is not vol_target_at_entry" }
    guard rule.target_vol > 0, rule.target_vol <= 10, rule.bars_per_year == 8760 else {
      return "quantity_rule: target_vol \(rule.target_vol) or bars_per_year \(rule.bars_per_year) is out of range"
    }
    guard rule.max_weight > 0, rule.max_weight <= 1 else {
      return "quantity_rule.max_weight is \(rule.max_weight), not in (0, 1]"
    }
    return nil
  }
}
