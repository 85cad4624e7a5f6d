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
    guard (1...128).contains(name.utf8.count), name.utf8.allSatisfy(Self.isNameByte) else {
      throw refuse("name", "is \(name.prefix(128)), allowed are 1 to 128 of A-Z a-z 0-9 . _ -")
    }
    try architecture.validate(file: file)
    guard architecture.front == .bars && architecture.head == .trade else {
      throw refuse("architecture", "a policy needs front bars and head trade")
    }
    guard Self.isSHA256(featureSchemaHash) else {
      throw refuse("feature_schema_hash", "is \(featureSchemaHash.prefix(80)), expected 64 hex digits")
    }
    try checkRows("instruments", instruments, count: architecture.nInstruments, file)
    try checkRows("timeframes", timeframes, count: architecture.nTimeframes, file)
    guard Array(files.keys) == [ModelDirectory.weightsFile], Self.isSHA256(weightsSHA256) else {
      throw refuse("files", "must name \(ModelDirectory.weightsFile) with its SHA-256 and nothing else")
    }
    guard untrained == (training == nil) else {
      throw refuse("untrained", "is \(untrained), but training is \(training == nil ? "null" : "given")")
    }
  }

  private func checkRows(_ field: String, _ rows: [String: Int], count: Int, _ file: String) throws {
    var owners: [Int: String] = [:]
    for (label, row) in rows.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
      guard (1...64).contains(label.utf8.count), label.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
        throw ModelError(
          file: file, subject: field, reason: "\(label.prefix(64).debugDescription) is not 1 to 64 printable characters"
        )
      }
      guard row >= 1 && row < count else {
        throw ModelError(file: file, subject: field, reason: "\(label) has row \(row), allowed 1...\(count - 1)")
      }
      if let owner = owners.updateValue(label, forKey: row) {
        throw ModelError(file: file, subject: field, reason: "\(owner) and \(label) share row \(row)")
      }
    }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private static func isSHA256(_ text: String) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }
}
