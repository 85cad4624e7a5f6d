import Digest
import Testing

/// Vectors of FIPS 180-4.
@Suite struct SHA256Tests {
  static let vectors: [(text: String, hex: String)] = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ]

  @Test(arguments: 0..<4) func knownDigests(_ index: Int) {
    let (text, hex) = Self.vectors[index]
    #expect(SHA256.hex(SHA256.digest(Array(text.utf8))) == hex)
    #expect(SHA256.digest(Array(text.utf8)).count == SHA256.byteCount)
  }

  @Test func piecesAreOneMessage() {
    let bytes = Array("The quick brown fox jumps over the lazy dog".utf8)
    let whole = SHA256.digest(bytes)
    for cut in 0...bytes.count {
      let hasher = SHA256Hasher()
      hasher.update(Array(bytes[..<cut]))
      hasher.update(Array(bytes[cut...]))
      #expect(hasher.finish() == whole)
      let parts = bytes.withUnsafeBytes { all in
        SHA256.digest(UnsafeRawBufferPointer(rebasing: all[..<cut]), UnsafeRawBufferPointer(rebasing: all[cut...]))
      }
      #expect(parts == whole)
    }
    #expect(SHA256.hex(whole) == "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592")
  }

  @Test func aHasherIsAsNewAfterItsDigest() {
    let hasher = SHA256Hasher()
    hasher.update([1, 2, 3])
    _ = hasher.finish()
    #expect(SHA256.hex(hasher.finish()) == Self.vectors[0].hex)
    hasher.update(Array("abc".utf8))
    #expect(SHA256.hex(hasher.finish()) == Self.vectors[1].hex)
  }

  @Test func hexIsLowerCaseAndPadded() {
    #expect(SHA256.hex([0x00, 0x0F, 0xA0, 0xFF]) == "000fa0ff")
  }
}
