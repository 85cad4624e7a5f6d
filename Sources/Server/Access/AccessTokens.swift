import Files
import Foundation
import Glibc

/// What a caller may do.
package enum AccessScope: String, Sendable, CaseIterable, Comparable {
  /// Look.
  case read
  /// Look, and stop or switch.
  case operate

  package static func < (left: AccessScope, right: AccessScope) -> Bool { left == .read && right == .operate }
}

/// The bearer tokens of a bot: one to look, one to operate. They are files that only their owner can read.
package struct AccessTokens: Sendable {
  /// A token file cannot be used.
  package struct Failure: Error, CustomStringConvertible {
    package var description: String
  }

  /// 256 bits in hex.
  private static let length = 64
  private let tokens: [(scope: AccessScope, bytes: [UInt8])]

  /// Path of the file with the token of a scope.
  package static func path(of scope: AccessScope, in stateDirectory: String) -> String {
    "\(stateDirectory)/tokens/\(scope.rawValue)"
  }

  /// Reads the tokens in a state directory, and makes those that are missing. Throws `Failure` for a file that others can
  /// read or that holds no token, `FileError` where one cannot be written.
  package init(stateDirectory: String) throws {
    let directory = stateDirectory + "/tokens"
    if mkdir(directory, 0o700) != 0, errno != EEXIST {
      throw FileError(path: directory, operation: "mkdir", code: errno)
    }
    tokens = try AccessScope.allCases.map { scope in
      let path = Self.path(of: scope, in: stateDirectory)
      return (scope, try Self.read(path) ?? Self.make(path))
    }
  }

  /// The scope that a token opens; nil: none. It takes as long for a wrong token as for a right one.
  package func scope(of token: some Collection<UInt8>) -> AccessScope? {
    var found: AccessScope?
    for (scope, bytes) in tokens where Self.isEqual(Array(token), bytes) { found = scope }
    return found
  }

  /// Compares all bytes whatever the first ones are, so that the time taken tells nothing.
  private static func isEqual(_ given: [UInt8], _ token: [UInt8]) -> Bool {
    var difference = UInt8(given.count == token.count ? 0 : 1)
    for place in token.indices { difference |= token[place] ^ (place < given.count ? given[place] : 0) }
    return difference == 0
  }

  private static func read(_ path: String) throws -> [UInt8]? {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 == 0, status.st_uid == geteuid() else {
      throw Failure(description: "\(path): must be a file of yours that nobody else can read: chmod 600 \(path)")
    }
    guard case .bytes(let bytes) = DurableFile.readSmall(path, limit: 4096) else {
      throw Failure(description: "\(path): cannot be read")
    }
    let token = bytes.filter { $0 != 10 && $0 != 13 && $0 != 32 }
    guard token.count >= length, token.allSatisfy({ $0 > 32 && $0 < 127 }) else {
      throw Failure(description: "\(path): holds no token of \(length) characters or more; remove it for a new one")
    }
    return token
  }

  private static func make(_ path: String) throws -> [UInt8] {
    var random = SystemRandomNumberGenerator()
    let digits = Array("0123456789abcdef".utf8)
    let token = (0..<length).map { _ in digits[Int(random.next(upperBound: UInt8(16)))] }
    try DurableFile.replace(path, with: token + [10])
    return token
  }
}
