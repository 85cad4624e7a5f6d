import Files

/// The port at which the bot of a state directory serves its page, in the file `http.port` there. A bot that is killed leaves
/// it behind, so ask first whether one runs.
package enum ServedPort {
  private static func path(in stateDirectory: String) -> String { stateDirectory + "/http.port" }

  /// Says that the bot listens. Throws `FileError`.
  package static func write(_ port: Int, in stateDirectory: String) throws {
    try DurableFile.replace(path(in: stateDirectory), with: Array("\(port)\n".utf8))
  }

  /// What the running bot said last; nil: it serves no port.
  package static func read(in stateDirectory: String) -> Int? {
    guard case .bytes(let bytes) = DurableFile.readSmall(path(in: stateDirectory), limit: 16) else { return nil }
    return Int(String(decoding: bytes, as: UTF8.self).dropLast())
  }

  /// Says that it does not, or not any more.
  package static func forget(in stateDirectory: String) { try? DurableFile.remove(path(in: stateDirectory)) }
}
