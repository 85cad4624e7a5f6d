import Core

extension SettingCodec where Value == String {
  /// An Ed25519 public key in hex; may be empty.
  static var publicKey: Self {
    SettingCodec(
      type: "public key", range: "64 hex digits or \"\"",
      schema: ["type": .text("string"), "pattern": .text("^([0-9a-f]{64})?$")],
      parse: { raw in
        guard case .scalar(let text, let quoting) = raw, !text.isEmpty || quoting != .plain else {
          return .failure(SettingProblem(message: "has no value; write \"\" for none"))
        }
        guard text.isEmpty || text.utf8.count == 64 && text.utf8.allSatisfy(isHexDigit) else {
          return .failure(SettingProblem(message: "is no public key; `hrmbot policy keygen` prints one"))
        }
        return .success(text)
      },
      text: { "\"\($0)\"" }, json: { .text($0) })
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...102).contains(byte) }
}
