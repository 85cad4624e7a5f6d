/// `manifest.json` of a model directory: what the weights are, and what they may be used for.
public struct ModelManifest: Codable, Equatable, Sendable {
  /// Format this code writes; it reads every format of major version 1.
  public static let currentFormat = "hrmbot.model/1"
  /// Labels that get rows of the timeframe table unless others are given.
  public static let standardTimeframes = ["1m", "5m", "15m", "30m", "1h", "4h", "1d"]

  /// `hrmbot.model/1`.
  public var format: String
  /// Version name, 1...128 of `A-Z a-z 0-9 . _ -`.
  public var name: String
  /// Shape of the network.
  public var architecture: HRMArchitecture
  /// Hash of the list of features the weights belong to.
  public var featureSchemaHash: String
  /// Symbol → row of the instrument table; row 0 stands for every other symbol.
  public var instruments: [String: Int]
  /// Label → row of the timeframe table; row 0 stands for every other label.
  public var timeframes: [String: Int]
  /// File name → SHA-256 in hex.
  public var files: [String: String]
  /// Whether the weights are still the random ones of `seed`.
  public var untrained: Bool
  /// Notes of the training run; nil (`null`) for untrained weights.
  public var training: [String: String]?
  /// Seed of the first weights.
  public var seed: UInt64
  /// Program that wrote the directory.
  public var createdBy: String
  /// Number format of the large matrices; a manifest without it means 32-bit floats.
  public var precision = HRMPrecision.float32
  /// Of a copy: what it was made from and how well it agrees with that; nil for a master.
  public var quantisation: Quantisation?
  /// `instruments` and `timeframes` → rows that stood for something once and are never given out again; nil: none.
  public var retiredRows: [String: [Int]]?
  /// Scale of the numbers of bars that the weights were trained on; nil: they are taken as they are.
  public var normaliser: InputNormaliser?
  /// What the policy is measured against while it trades; nil: nothing was recorded.
  public var reference: PolicyReference?

  enum CodingKeys: String, CodingKey {
    case format, name, architecture
    case featureSchemaHash = "feature_schema_hash"
    case instruments, timeframes, files, untrained, training, seed
    case createdBy = "created_by"
    case precision, quantisation
    case retiredRows = "retired_rows"
    case normaliser, reference
  }

  /// A manifest as given. Symbols and labels get rows 1, 2, … in their order.
  public init(
    name: String, architecture: HRMArchitecture, featureSchemaHash: String, instruments: [String],
    timeframes: [String], files: [String: String], untrained: Bool, training: [String: String]?, seed: UInt64,
    createdBy: String = "hrmbot"
  ) {
    format = Self.currentFormat
    self.name = name
    self.architecture = architecture
    self.featureSchemaHash = featureSchemaHash
    self.instruments = Self.rows(instruments)
    self.timeframes = Self.rows(timeframes)
    self.files = files
    self.untrained = untrained
    self.training = training
    self.seed = seed
    self.createdBy = createdBy
  }

  private static func rows(_ names: [String]) -> [String: Int] {
    Dictionary(names.enumerated().map { ($1, $0 + 1) }, uniquingKeysWith: { first, _ in first })
  }

  /// Reads a manifest of any version 1; fields that it does not know are ignored.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    format = try container.decode(String.self, forKey: .format)
    name = try container.decode(String.self, forKey: .name)
    architecture = try container.decode(HRMArchitecture.self, forKey: .architecture)
    featureSchemaHash = try container.decode(String.self, forKey: .featureSchemaHash)
    instruments = try container.decode([String: Int].self, forKey: .instruments)
    timeframes = try container.decode([String: Int].self, forKey: .timeframes)
    files = try container.decode([String: String].self, forKey: .files)
    untrained = try container.decode(Bool.self, forKey: .untrained)
    training = try container.decodeIfPresent([String: String].self, forKey: .training)
    seed = try container.decode(UInt64.self, forKey: .seed)
    createdBy = try container.decode(String.self, forKey: .createdBy)
    precision = try container.decodeIfPresent(HRMPrecision.self, forKey: .precision) ?? .float32
    quantisation = try container.decodeIfPresent(Quantisation.self, forKey: .quantisation)
    retiredRows = try container.decodeIfPresent([String: [Int]].self, forKey: .retiredRows)
    normaliser = try container.decodeIfPresent(InputNormaliser.self, forKey: .normaliser)
    reference = try container.decodeIfPresent(PolicyReference.self, forKey: .reference)
  }

  /// Writes every field that older versions know, `training` also when it is nil, and those of the newer that say
  /// something.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(format, forKey: .format)
    try container.encode(name, forKey: .name)
    try container.encode(architecture, forKey: .architecture)
    try container.encode(featureSchemaHash, forKey: .featureSchemaHash)
    try container.encode(instruments, forKey: .instruments)
    try container.encode(timeframes, forKey: .timeframes)
    try container.encode(files, forKey: .files)
    try container.encode(untrained, forKey: .untrained)
    // Written as null, where a synthesised encoder would leave it out.
    if let training {
      try container.encode(training, forKey: .training)
    } else {
      try container.encodeNil(forKey: .training)
    }
    try container.encode(seed, forKey: .seed)
    try container.encode(createdBy, forKey: .createdBy)
    try container.encode(precision, forKey: .precision)
    try container.encodeIfPresent(quantisation, forKey: .quantisation)
    try container.encodeIfPresent(retiredRows, forKey: .retiredRows)
    try container.encodeIfPresent(normaliser, forKey: .normaliser)
    try container.encodeIfPresent(reference, forKey: .reference)
  }

  /// Identity of the weights: SHA-256 of `policy.safetensors` in hex.
  public var weightsSHA256: String { files[ModelDirectory.weightsFile] ?? "" }
  /// Row of a symbol; 0 for one the model does not know.
  public func row(ofInstrument symbol: String) -> Int { instruments[symbol] ?? 0 }
  /// Row of a timeframe label; 0 for one the model does not know.
  public func row(ofTimeframe label: String) -> Int { timeframes[label] ?? 0 }
}
