import COpenSSL

/// SHA-256 on OpenSSL.
public enum SHA256 {
  /// Length of a digest in bytes.
  public static let byteCount = 32

  /// The digest of the parts, one after the other.
  public static func digest(_ parts: UnsafeRawBufferPointer...) -> [UInt8] {
    let hasher = SHA256Hasher()
    for part in parts { hasher.update(part) }
    return hasher.finish()
  }

  /// The digest of bytes.
  public static func digest(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { digest($0) } }

  /// Lower-case hex of a digest.
  public static func hex(_ digest: some Sequence<UInt8>) -> String {
    var text = ""
    let digits = Array("0123456789abcdef")
    for byte in digest {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return text
  }
}

/// SHA-256 of data that comes in pieces. Confined to one thread.
public final class SHA256Hasher {
  private let context: OpaquePointer
  /// At exit OpenSSL frees its tables while other threads may still hash, which then crash: it is told to leave them.
  private static let library = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil)

  /// A hasher that has seen nothing.
  public init() {
    precondition(Self.library == 1, "OpenSSL cannot be initialised")
    context = EVP_MD_CTX_new()
    precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "OpenSSL has no SHA-256")
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Takes more bytes.
  public func update(_ bytes: UnsafeRawBufferPointer) {
    precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1)
  }

  /// Takes more bytes.
  public func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

  /// The digest; the hasher is as new afterwards.
  public func finish() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: SHA256.byteCount)
    precondition(EVP_DigestFinal_ex(context, &digest, nil) == 1)
    precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1)
    return digest
  }
}
