import COpenSSL

/// HMAC with SHA-256 (RFC 2104): who knows the key can tell that a message is unchanged and from whom it is.
public enum HMAC {
  /// The code of a message under a key, 32 bytes.
  public static func sha256(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: SHA256.byteCount)
    var count: UInt32 = 0
    // `HMAC` is this type's name too.
    let result = COpenSSL.HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &code, &count)
    precondition(result != nil && Int(count) == code.count, "OpenSSL has no HMAC")
    return code
  }
}
