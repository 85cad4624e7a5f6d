import Control
import Core
import Files
import Foundation

/// The files through which people, the guard and an earlier run speak. Any STOP stops, any latch holds.
final class ControlFuzz {
  private let directory: String
  private let control: ControlDirectory
  private let latch: LatchFile
  private let heartbeat: HeartbeatFile

  init() throws {
    directory = NSTemporaryDirectory() + "/fuzz-control-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    control = ControlDirectory(path: directory)
    latch = LatchFile(stateDirectory: directory)
    heartbeat = HeartbeatFile(path: directory + "/heartbeat.json")
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  /// The first byte says which file the rest becomes.
  static var seeds: [[UInt8]] {
    let texts = [
      (0, "flatten"), (0, ""), (0, "{\"level\":\"reduce\",\"reason\":\"maintenance\"}"),
      (0, "because\n\u{1B}[2J of it"),
      (1, "L-7"), (1, "{\"latch\":\"L-7\"}"),
      (2, "{\"at\":1767225600123,\"id\":\"L-7\",\"level\":\"stop\",\"reason\":\"why\",\"source\":\"file\"}"),
      (
        3,
        "{\"latch\":\"L-7\",\"level\":\"stop\",\"prices\":{\"SYM0\":\"100.5\"},\"process\":7,\"sequence\":3,"
          + "\"state\":\"active\"}"
      ),
    ]
    return texts.map { [UInt8($0.0)] + Array($0.1.utf8) }
  }

  func run(_ input: [UInt8]) -> FuzzOutcome {
    guard let which = input.first else { return .refused }
    let content = Array(input.dropFirst())
    switch which % 4 {
    case 0: return stop(content)
    case 1: return resume(content)
    case 2: return latched(content)
    default:
      put(content, heartbeat.path)
      return heartbeat.read() == nil ? .refused : .taken
    }
  }

  private func stop(_ content: [UInt8]) -> FuzzOutcome {
    put(content, control.stopPath)
    // Neither its content nor a RESUME beside it takes a STOP back.
    put(content, control.resumePath)
    let reading = control.read()
    guard let stop = reading.stop else { return .finding("a STOP that does not stop") }
    let isSafe = stop.reason.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
    guard isSafe, stop.reason.unicodeScalars.count <= 240 else { return .finding("a reason unfit to be shown") }
    return .taken
  }

  private func resume(_ content: [UInt8]) -> FuzzOutcome {
    unlink(control.stopPath)
    put(content, control.resumePath)
    let reading = control.read()
    if reading.stop != nil { return .finding("a stop out of a RESUME") }
    if reading.resumeLatchID == nil, reading.resumeRefusal == nil { return .finding("a RESUME that is not mentioned") }
    return reading.resumeLatchID == nil ? .refused : .taken
  }

  private func latched(_ content: [UInt8]) -> FuzzOutcome {
    put(content, latch.path)
    guard let found = latch.read() else { return .finding("a latch that does not hold") }
    return found.id.hasPrefix("L-unreadable-") ? .refused : .taken
  }

  private func put(_ content: [UInt8], _ path: String) {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    _ = write(file, content, content.count)
    close(file)
  }
}
