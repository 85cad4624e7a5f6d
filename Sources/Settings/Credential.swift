import Files
import Glibc

/// A secret in a file of its own: under systemd a credential (`LoadCredential=`), else a file in `credentials/` of the
/// state directory that only its owner can read.
public enum Credential {
  /// A file that is there and cannot be used.
  public struct Failure: Error, CustomStringConvertible {
    /// What is wrong and what to do; never the content.
    public var description: String
  }

  /// Largest file that is read, in bytes.
  public static let limitBytes = 4096

  /// Places where a credential is looked for, in order.
  public static func paths(of name: String, stateDirectory: String, environment: [String: String]) -> [String] {
    (environment["CREDENTIALS_DIRECTORY"].map { ["\($0)/\(name)"] } ?? []) + ["\(stateDirectory)/credentials/\(name)"]
  }

  /// Reads a credential, without the line's end; nil: there is none. Throws `Failure`.
  public static func read(
    _ name: String, stateDirectory: String, environment: [String: String]
  ) throws(Failure) -> Secret? {
    for path in paths(of: name, stateDirectory: stateDirectory, environment: environment) {
      var status = stat()
      guard lstat(path, &status) == 0 else { continue }
      // systemd lends root's file by an access list, which shows as the group's right to read.
      let forbidden: mode_t = status.st_uid == 0 ? 0o037 : 0o077
      guard status.st_mode & S_IFMT == S_IFREG, status.st_mode & forbidden == 0,
        status.st_uid == geteuid() || status.st_uid == 0
      else {
        throw Failure(description: "\(path): must be a file of yours that nobody else can read: chmod 600 \(path)")
      }
      guard case .bytes(let bytes) = DurableFile.readSmall(path, limit: limitBytes) else {
        throw Failure(description: "\(path): cannot be read, or is longer than \(limitBytes) bytes")
      }
      let text = String(decoding: bytes, as: UTF8.self).prefix { $0 != "\n" && $0 != "\r" && $0 != "\r\n" }
      guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
        throw Failure(description: "\(path): the first line must hold the secret, in printable ASCII without blanks")
      }
      return Secret(String(text))
    }
    return nil
  }
}
