extension ModelManifest {
  /// Throws a `ModelError` that names the first field that cannot be trusted.
  public func validate(file: String) throws {
    func refuse(_ subject: String, _ reason: String) -> ModelError {
      ModelError(file: file, subject: subject, reason: reason)
    }
    let major = format.split(separator: "/", omittingEmptySubsequences: false)
    guard major.count == 2, major[0] == "hrmbot.model", major[1].split(separator: ".").first == "1" else {
      throw refuse("format", "is \(format.prefix(64)), this version reads \(Self.currentFormat)")
    }
    guard Self.isName(name) else {
      throw refuse("name", "is \(name.prefix(128)), allowed are 1 to 128 of A-Z a-z 0-9 . _ -")
    }
    try architecture.validate(file: file)
    guard architecture.front == .bars && architecture.head == .trade else {
      throw refuse("architecture", "a policy needs front bars and head trade")
    }
    guard Self.isSHA256(featureSchemaHash) else {
      throw refuse("feature_schema_hash", "is \(featureSchemaHash.prefix(80)), expected 64 hex digits")
    }
    try vocabulary.instruments.validate(file: file)
    try vocabulary.timeframes.validate(file: file)
    if let unknown = retiredRows?.keys.filter({ $0 != "instruments" && $0 != "timeframes" }).min() {
      throw refuse("retired_rows", "has \(unknown.prefix(64)), known are instruments and timeframes")
    }
    guard Array(files.keys) == [ModelDirectory.weightsFile], Self.isSHA256(weightsSHA256) else {
      throw refuse("files", "must name \(ModelDirectory.weightsFile) with its SHA-256 and nothing else")
    }
    guard untrained == (training == nil) else {
      throw refuse("untrained", "is \(untrained), but training is \(training == nil ? "null" : "given")")
    }
    guard (quantisation == nil) == (precision == .float32) else {
      throw refuse(
        "quantisation",
        precision == .float32
          ? "is given, but precision is \(precision.label): only copies have it"
          : "is missing, but precision is \(precision.label): a copy names its source")
    }
    try quantisation?.validate(file: file)
    if let fault = normaliser?.fault(featureCount: architecture.nFeatures) { throw refuse("normaliser", fault) }
    if let fault = reference?.fault(featureCount: architecture.nFeatures) { throw refuse("reference", fault) }
  }

  /// Whether a text is 1...128 of `A-Z a-z 0-9 . _ -`.
  package static func isName(_ text: String) -> Bool {
    (1...128).contains(text.utf8.count) && text.utf8.allSatisfy(isNameByte)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// Whether a text is 64 lower-case hex digits.
  static func isSHA256(_ text: String) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }
}
