import Digest
import Files
import Foundation

/// The operator's private key, a file of its own that nobody else may read: PKCS#8 in PEM, as other tools write and read
/// it. The bot never needs it.
public struct SigningKey: Sendable {
  private let seed: [UInt8]
  /// The public key in hex, as `policy.public_key` takes it.
  public let publicKey: String

  /// What stands before the seed in PKCS#8 (RFC 8410).
  private static let prefix: [UInt8] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
  ]
  private static let header = "-----BEGIN PRIVATE KEY-----"
  private static let footer = "-----END PRIVATE KEY-----"

  /// A key of 32 random bytes. Throws `PolicyError.parameters`.
  public init(seed: [UInt8]) throws {
    guard let publicKey = Ed25519.publicKey(ofSeed: seed) else {
      throw PolicyError.parameters("a private key has \(Ed25519.keyByteCount) bytes, not \(seed.count)")
    }
    self.seed = seed
    self.publicKey = SHA256.hex(publicKey)
  }

  /// Reads a key. Refuses a file that is a link, or that others than its owner may read or write.
  ///
  /// - Throws: `PolicyError.parameters`.
  public init(file path: String) throws {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      throw PolicyError.parameters("\(path): \(FileError.text()); make a key with `hrmbot policy keygen`")
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw PolicyError.parameters("\(path) is not a regular file") }
    guard status.st_mode & 0o077 == 0 else {
      throw PolicyError.parameters("\(path): others may read this private key; `chmod 600 \(path)`")
    }
    guard case .bytes(let bytes) = DurableFile.readSmall(path, limit: 4096) else {
      throw PolicyError.parameters("\(path) cannot be read")
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    guard lines.count >= 3, lines.first == Self.header[...], lines.last == Self.footer[...],
      let der = Data(base64Encoded: lines.dropFirst().dropLast().joined()), der.count == Self.prefix.count + 32,
      der.starts(with: Self.prefix)
    else {
      throw PolicyError.parameters("\(path) holds no Ed25519 private key in PEM; make one with `hrmbot policy keygen`")
    }
    try self.init(seed: Array(der.suffix(32)))
  }

  /// Writes the key to a new file that only its owner may read. Throws `PolicyError.parameters`.
  public func write(to path: String) throws {
    let text = "\(Self.header)\n\(Data(Self.prefix + seed).base64EncodedString())\n\(Self.footer)\n"
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw PolicyError.parameters("\(path): \(FileError.text())") }
    defer { close(file) }
    let bytes = Array(text.utf8)
    guard Glibc.write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
      throw PolicyError.parameters("\(path) cannot be written: \(FileError.text())")
    }
  }

  /// The signature of a message.
  public func sign(_ message: [UInt8]) -> [UInt8] { Ed25519.sign(message, seed: seed) ?? [] }
}
