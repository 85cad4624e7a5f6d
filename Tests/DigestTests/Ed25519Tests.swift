import Digest
import Testing

/// Vectors of RFC 8032, section 7.1.
@Suite struct Ed25519Tests {
  static let vectors: [(seed: String, publicKey: String, message: String, signature: String)] = [
    (
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    ),
    (
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    ),
  ]

  @Test(arguments: 0..<2) func knownSignatures(_ index: Int) throws {
    let vector = Self.vectors[index]
    let seed = try #require(Hex.bytes(vector.seed)), message = try #require(Hex.bytes(vector.message))
    let key = try #require(Ed25519.publicKey(ofSeed: seed))
    #expect(SHA256.hex(key) == vector.publicKey)
    let signature = try #require(Ed25519.sign(message, seed: seed))
    #expect(SHA256.hex(signature) == vector.signature)
    #expect(Ed25519.isValid(signature, of: message, publicKey: key))
  }

  @Test func whatChangedIsNotValid() throws {
    let seed = [UInt8](1...32), message = [UInt8](0..<200)
    let key = try #require(Ed25519.publicKey(ofSeed: seed)), good = try #require(Ed25519.sign(message, seed: seed))
    for place in stride(from: 0, to: good.count, by: 7) {
      var bad = good
      bad[place] ^= 1
      #expect(!Ed25519.isValid(bad, of: message, publicKey: key), "byte \(place)")
    }
    #expect(!Ed25519.isValid(good, of: message + [0], publicKey: key))
    let other = try #require(Ed25519.publicKey(ofSeed: [UInt8](2...33)))
    #expect(!Ed25519.isValid(good, of: message, publicKey: other))
    #expect(!Ed25519.isValid(Array(good.dropLast()), of: message, publicKey: key))
    #expect(!Ed25519.isValid(good, of: message, publicKey: Array(key.dropLast())))
    #expect(Ed25519.sign(message, seed: [1, 2, 3]) == nil && Ed25519.publicKey(ofSeed: []) == nil)
  }

  @Test func hexIsReadAndRefused() {
    #expect(Hex.bytes("00fF10") == [0, 255, 16] && Hex.bytes("") == [])
    for text in ["0", "0g", "é0", " 00"] { #expect(Hex.bytes(text) == nil) }
  }
}
