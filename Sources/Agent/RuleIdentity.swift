import Core
import Digest

extension PolicyIdentity {
  /// The identity of a rule: the SHA-256 is that of its parameters in canonical JSON, keys sorted.
  static func rule(name: String, _ parameters: (inout CanonicalJSON) -> Void) -> PolicyIdentity {
    var json = CanonicalJSON(capacity: 128)
    json.object(parameters)
    return PolicyIdentity(name: name, sha256: SHA256.hex(SHA256.digest(json.bytes)), isUntrained: false)
  }

  /// Nobody decides: the last step of the ladder, which holds.
  public static let nobody = PolicyIdentity.rule(name: "nobody") { json in
    json.key("kind")
    json.value(literal: "hold")
  }
}
