/// The fields of a golden case's JSON that belong to training, beside those of the architecture.
public struct GoldenSettings: Sendable, Equatable {
  /// Largest JSON file of a case, in bytes.
  static let maxBytes = 1 << 20

  /// `loss_type`: `softmax` or `stablemax`.
  public var crossEntropy: CrossEntropy
  /// `w_quantity`, `w_value`.
  public var quantityWeight: Double, valueWeight: Double
  /// `lr`, `weight_decay`, `row_lr`, `betas`.
  public var optimiser: OptimiserSettings
}

/// The JSON as it is; every field may be missing.
private struct GoldenFields: Decodable {
  var lossType: String?
  var quantityWeight, valueWeight, learningRate, weightDecay, rowLearningRate: Double?
  var betas: [Double]?

  enum CodingKeys: String, CodingKey {
    case lossType = "loss_type"
    case quantityWeight = "w_quantity"
    case valueWeight = "w_value"
    case learningRate = "lr"
    case weightDecay = "weight_decay"
    case rowLearningRate = "row_lr"
    case betas
  }
}

extension GoldenSettings {
  /// Reads the settings; missing fields have the published values. Throws a `ModelError` that names file and field.
  init(json: [UInt8], file: String) throws {
    let fields = try JSON.decode(GoldenFields.self, json, file: file)
    func refuse(_ field: String, _ reason: String) -> ModelError {
      ModelError(file: file, subject: field, reason: reason)
    }
    func check(_ field: String, _ value: Double?, _ range: ClosedRange<Double>) throws {
      guard let value, !range.contains(value) else { return }
      throw refuse(field, "is \(value), allowed \(range.lowerBound)...\(range.upperBound)")
    }
    try check("lr", fields.learningRate, 0...1)
    try check("row_lr", fields.rowLearningRate, 0...1)
    try check("weight_decay", fields.weightDecay, 0...1000)
    try check("w_quantity", fields.quantityWeight, 0...1e6)
    try check("w_value", fields.valueWeight, 0...1e6)
    let lossName = fields.lossType ?? "stablemax"
    guard let loss = CrossEntropy(rawValue: lossName) else {
      throw refuse("loss_type", "is \(lossName), known are softmax and stablemax")
    }
    crossEntropy = loss
    quantityWeight = fields.quantityWeight ?? 0.5
    valueWeight = fields.valueWeight ?? 0.5
    optimiser = OptimiserSettings()
    optimiser.learningRate = fields.learningRate ?? optimiser.learningRate
    optimiser.weightDecay = fields.weightDecay ?? optimiser.weightDecay
    optimiser.rowLearningRate = fields.rowLearningRate ?? optimiser.learningRate
    if let betas = fields.betas {
      guard betas.count == 2, betas.allSatisfy({ $0 >= 0 && $0 < 1 }) else {
        throw refuse("betas", "are \(betas), wanted are two numbers in 0..<1")
      }
      (optimiser.meanDecay, optimiser.squareDecay) = (betas[0], betas[1])
    }
  }
}
