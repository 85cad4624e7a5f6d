import Digest
import Dispatch
import Files

/// A file in memory, with the SHA-256 of exactly these bytes.
///
/// Hashing takes longer than anything else about a large model, so it follows the reading on a thread of its own, and
/// goes on while the content is worked on.
enum HashedRead {
  /// Reads the file at `path`, at most `limit` bytes, hands its content to `work`, and returns what that said together with
  /// the hash in hex. Throws where the file cannot be read.
  static func read<Value>(
    _ path: String, limit: Int, work: (TensorMemory) throws -> Value
  ) throws -> (sha256: String, value: Result<Value, any Error>) {
    let file = try ModelError.naming { try BoundedFile(path, limit: limit) }
    let queue = DispatchQueue(label: "hash of \(path)", qos: .userInitiated)
    nonisolated(unsafe) let hasher = SHA256Hasher()
    let memory = try TensorMemory(count: file.size) { buffer in
      var hashed = 0
      do {
        try file.read(into: buffer) { count in
          nonisolated(unsafe) let piece = UnsafeRawBufferPointer(rebasing: buffer[hashed..<count])
          hashed = count
          queue.async { hasher.update(piece) }
        }
      } catch {
        // The memory goes with the error, and nobody may be reading it then.
        queue.sync {}
        throw (error as? BoundedFile.Failure).map { ModelError($0) } ?? error
      }
    }
    let value = Result { try work(memory) }
    return withExtendedLifetime(memory) { (SHA256.hex(queue.sync { hasher.finish() }), value) }
  }
}
