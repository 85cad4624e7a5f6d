import Files
import Foundation

/// Expected values of one configuration, made by another implementation: `NAME.json` (configuration),
/// `NAME.safetensors` (weights, inputs, expected values) and `NAME.tolerances.json` (largest absolute deviation by name).
public struct GoldenCase: Sendable {
  /// NAME.
  public let name: String
  /// Path of the tensors.
  public let path: String
  /// Shape of the network.
  public let architecture: HRMArchitecture
  /// Loss and optimiser.
  public let settings: GoldenSettings
  /// Largest deviation allowed, by tensor.
  public let tolerances: [String: Double]
  let file: SafetensorsFile

  /// Reads a case. `path` may name any of its files, or all without their endings.
  public init(path: String) throws {
    let base = Self.base(path)
    name = String(base.split(separator: "/").last ?? "")
    self.path = base + ".safetensors"
    let json = try ModelError.naming { try BoundedFile.read(base + ".json", limit: GoldenSettings.maxBytes) }
    architecture = try JSON.decode(HRMArchitecture.self, json, file: base + ".json")
    try architecture.validate(file: base + ".json")
    settings = try GoldenSettings(json: json, file: base + ".json")
    let limits = base + ".tolerances.json"
    let tolerances = try JSON.decode(
      [String: Double].self, try ModelError.naming { try BoundedFile.read(limits, limit: GoldenSettings.maxBytes) },
      file: limits)
    self.tolerances = tolerances
    if let name = tolerances.keys.sorted().first(where: { !(tolerances[$0]! >= 0) }) {
      throw ModelError(file: limits, subject: name, reason: "is \(tolerances[name]!), not a tolerance")
    }
    file = try SafetensorsFile(path: self.path)
  }

  private static func base(_ path: String) -> String {
    for ending in [".tolerances.json", ".json", ".safetensors"] where path.hasSuffix(ending) {
      return String(path.dropLast(ending.count))
    }
    return path
  }

  /// Paths of all cases of a directory without their endings, in the order of their names. A case is whatever has
  /// tensors or tolerances; if one of its files is missing, reading it says so.
  public static func paths(in directory: String) throws -> [String] {
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: directory) } catch {
      throw ModelError(file: directory, reason: "is not a directory that can be read")
    }
    let cases = names.filter { $0.hasSuffix(".safetensors") || $0.hasSuffix(".tolerances.json") }.map(base)
    return Set(cases).sorted().map { "\(directory)/\($0)" }
  }

  /// The first weights.
  var weights: [String: Tensor] {
    let pairs = file.tensors.filter { $0.name.hasPrefix("w.") }.map { (String($0.name.dropFirst(2)), $0.tensor) }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  /// Most segments or steps of a case.
  static let maxSteps = 64
  /// Most memory that one run may take.
  static let maxBytes = 8 << 30

  /// Numbers K for which tensors `prefix`K`.…` exist, in order.
  func numbers(after prefix: String) throws -> [Int] {
    let found = try file.tensors.compactMap { entry -> Int? in
      guard entry.name.hasPrefix(prefix) else { return nil }
      let digits = entry.name.dropFirst(prefix.count).prefix { $0.isASCII && $0.isNumber }
      guard !digits.isEmpty else { return nil }
      guard let number = Int(digits), number <= Self.maxSteps else {
        throw ModelError(
          file: path, subject: "tensor \(entry.name)",
          reason: "has the number \(digits), at most \(Self.maxSteps) are run")
      }
      return number
    }
    return Set(found).sorted()
  }

  private func need(_ name: String) throws -> Tensor {
    guard let tensor = file[name] else {
      throw ModelError(file: path, subject: "tensor \(name)", reason: "is missing")
    }
    return tensor
  }

  private func integers(_ name: String) throws -> [Int] {
    try need(name).values.enumerated().map { index, value in
      guard let integer = Int(exactly: value) else {
        throw ModelError(file: path, subject: "tensor \(name)", reason: "element \(index) is \(value), not an integer")
      }
      return integer
    }
  }

  /// Batch `index`: inputs and targets.
  func batch(_ index: Int) throws -> TrainingBatch {
    let prefix = "in\(index)."
    let first = try need(prefix + (architecture.front == .bars ? "bars" : "inputs"))
    guard let count = first.shape.first, (1...TrainingNetwork.maxLanes).contains(count) else {
      throw ModelError(file: path, subject: "in\(index)", reason: "has shape \(first.shape), which is no batch")
    }
    let bytes = TrainingNetwork.requiredBytes(architecture, lanes: count)
    guard bytes <= Self.maxBytes else {
      throw ModelError(
        file: path, subject: "in\(index)",
        reason: "\(count) sequences would take \(bytes) bytes, at most \(Self.maxBytes)")
    }
    let inputs: TrainingInputs =
      switch architecture.front {
      case .bars:
        TrainingInputs(
          count: count, bars: first.values, instruments: try integers(prefix + "instrument"),
          timeframes: try integers(prefix + "timeframe"),
          context: architecture.nAccount > 0 ? try need(prefix + "account").values : [])
      case .tokens:
        TrainingInputs(
          count: count, tokens: try integers(prefix + "inputs"),
          puzzles: architecture.puzzleDim > 0 ? try integers(prefix + "puzzle_ids") : [])
      }
    var targets = TrainingTargets(labels: try integers(prefix + "labels"))
    if architecture.head == .trade {
      targets.quantityMask = try need(prefix + "qty_mask").values
      targets.quantities = try need(prefix + "qty_target").values
      targets.values = try need(prefix + "value_target").values
    }
    try inputs.validate(for: architecture, file: "\(path): in\(index)")
    try targets.validate(for: architecture, count: count, file: "\(path): in\(index)")
    return TrainingBatch(inputs: inputs, targets: targets)
  }

  /// Least numbers of segments of training segment `index`, none by default.
  func minimumSegments(_ index: Int, lanes: Int) throws -> [Int] {
    guard let tensor = file["in.min_steps"] else { return [Int](repeating: 0, count: lanes) }
    guard tensor.values.count >= (index + 1) * lanes else {
      throw ModelError(
        file: path, subject: "tensor in.min_steps", reason: "has shape \(tensor.shape), \(index + 1) rows are needed")
    }
    return Array(try integers("in.min_steps")[(index * lanes)..<((index + 1) * lanes)])
  }
}
