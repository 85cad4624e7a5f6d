import Digest
import Files
import HRM

/// The signature of a policy: `manifest.sig` beside its manifest. It covers the manifest's bytes, and with them the
/// SHA-256 of every file.
public struct PolicySignature: Hashable, Sendable {
  /// File of the signature.
  public static let fileName = ModelDirectory.signatureFile
  private static let format = "hrmbot.signature/1"

  /// Public key of whoever signed, in hex.
  public let publicKey: String
  /// The signature in hex.
  public let signature: String

  /// The signature of a manifest.
  public init(of manifest: [UInt8], by key: SigningKey) {
    publicKey = key.publicKey
    signature = SHA256.hex(key.sign(manifest))
  }

  /// Reads the signature of a directory; nil: there is none. Throws `PolicyError.unavailable`.
  public init?(directory: String) throws {
    let path = "\(directory)/\(Self.fileName)"
    switch DurableFile.readSmall(path, limit: 1024) {
    case .missing: return nil
    case .unreadable(let problem): throw PolicyError.unavailable("\(path): \(problem)")
    case .bytes(let bytes):
      let words = String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0.isNewline }.map(String.init)
      guard words.count == 4, words[0] == Self.format, words[1] == "ed25519", Hex.bytes(words[2])?.count == 32,
        Hex.bytes(words[3])?.count == 64
      else { throw PolicyError.unavailable("\(path) is no signature of \(Self.format)") }
      (publicKey, signature) = (words[2].lowercased(), words[3].lowercased())
    }
  }

  /// What stands in the file.
  public var bytes: [UInt8] { Array("\(Self.format) ed25519 \(publicKey) \(signature)\n".utf8) }

  /// Whether it is that of the manifest by the key that it names.
  public func isValid(for manifest: [UInt8]) -> Bool {
    guard let key = Hex.bytes(publicKey), let signature = Hex.bytes(signature) else { return false }
    return Ed25519.isValid(signature, of: manifest, publicKey: key)
  }
}

/// How much a policy's signature proves here.
public enum SignatureStanding: Hashable, Sendable {
  /// Signed with the key that the settings name.
  case trusted
  /// Not signed.
  case unsigned
  /// Signed, and the settings name no key to check the signer by.
  case unchecked(publicKey: String)

  /// The standing of a manifest in a directory. `trustedKey`: `policy.public_key`; empty: none.
  ///
  /// - Throws: `PolicyError.unavailable` for a signature that is wrong, or another's: that is refused everywhere.
  public init(directory: String, manifest: [UInt8], trustedKey: String) throws {
    guard let signature = try PolicySignature(directory: directory) else {
      self = .unsigned
      return
    }
    guard signature.isValid(for: manifest) else {
      throw PolicyError.unavailable(
        "\(directory): the signature is not that of the manifest; something was changed after it was signed")
    }
    if trustedKey.isEmpty {
      self = .unchecked(publicKey: signature.publicKey)
    } else if signature.publicKey == trustedKey {
      self = .trusted
    } else {
      throw PolicyError.unavailable(
        "\(directory): signed with the key \(signature.publicKey.prefix(16))…, policy.public_key is "
          + "\(trustedKey.prefix(16))…")
    }
  }

  /// Why a bot must not use a policy of this standing; nil if it may. Unsigned is allowed on paper, never live.
  public func refusal(isLive: Bool, isRequired: Bool) -> String? {
    guard isLive || isRequired, self != .trusted else { return nil }
    let cause = isLive ? "a live bot takes only signed policies" : "policy.require_signature is true"
    return switch self {
    case .trusted: nil
    case .unsigned: "it is not signed, and \(cause); sign it with `hrmbot policy sign`"
    case .unchecked: "it is signed, but policy.public_key names no key to check it by, and \(cause)"
    }
  }

  /// In words.
  public var text: String {
    switch self {
    case .trusted: "signed, by the key of the settings"
    case .unsigned: "not signed"
    case .unchecked(let key): "signed by \(key.prefix(16))…, not checked: policy.public_key is empty"
    }
  }
}
