import Core
import Files
import Foundation
import Glibc

/// The file in which a running bot says how it is. Not synced: after a crash it means nothing.
package enum StatusFile {
  /// Replaces the file.
  package static func write(_ bytes: [UInt8], to path: String) {
    let temporary = path + ".new"
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
    close(file)
    if count == bytes.count { rename(temporary, path) }
  }

  /// Reads the file; nil if there is none that can be read.
  package static func read(_ path: String) -> StatusSnapshot? {
    guard case .bytes(let bytes) = DurableFile.readSmall(path, limit: 4 << 20) else { return nil }
    return try? StatusSnapshot(decoding: bytes)
  }
}
