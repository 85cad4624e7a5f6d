import Foundation
import Glibc
import Testing

/// How a process ended, and what it said.
struct Ended: CustomStringConvertible {
  /// Exit code; nil when a signal ended the process.
  var code: Int32?
  var signal: Int32?
  var output: String
  var error: String
  /// From the start, or from the last signal that was sent, to the end.
  var seconds: Double

  /// Everything that it said.
  var text: String { output + error }
  var description: String {
    "exit \(code.map(String.init) ?? "by signal \(signal ?? 0)")\n\(output)\n\(error)".shortened
  }
  /// The last line of standard output as a JSON object.
  func json() throws -> JSON { try JSON(text: try #require(output.split(separator: "\n").last.map(String.init))) }
}

/// A process that was started here: whether it is over, and how. It is killed, by its id, at the latest with this object.
final class Spawned {
  let pid: pid_t
  private(set) var status: Int32?

  init(_ pid: pid_t) { self.pid = pid }

  deinit { kill() }

  /// Whether it is over.
  var hasEnded: Bool {
    if status != nil { return true }
    var found: Int32 = 0
    guard waitpid(pid, &found, WNOHANG) == pid else { return false }
    status = found
    return true
  }

  /// Ends it, if it is not over.
  func kill() {
    guard !hasEnded else { return }
    Glibc.kill(pid, SIGKILL)
    var found: Int32 = 0
    waitpid(pid, &found, 0)
    status = found
  }
}

/// A process that this test started. It is killed, by its id, when the test lets go of it.
final class Child: @unchecked Sendable {
  private let process: Spawned
  private let outputPath: String
  private let errorPath: String
  private var since = Clock.seconds

  /// Starts a program. Its output goes into files, so that it can never block on a reader.
  init(
    _ program: String, _ arguments: [String], environment: [String: String], directory: String, outputPath: String,
    errorPath: String
  ) throws {
    self.outputPath = outputPath
    self.errorPath = errorPath
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, errorPath, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for number in [SIGINT, SIGTERM, SIGUSR1, SIGPIPE] { sigaddset(&signals, number) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    // `env` changes the directory and becomes the program: the process id stays.
    let launcher = "/usr/bin/env"
    var words = ([launcher, "-C", directory, program] + arguments).map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { (words + variables).forEach { free($0) } }
    var child: pid_t = 0
    let failure = posix_spawn(&child, launcher, &actions, &attributes, &words, &variables)
    guard failure == 0 else { throw Failure("\(launcher): \(String(cString: strerror(failure)))") }
    process = Spawned(child)
  }

  /// Its number; stays the same until its end was seen.
  var pid: pid_t { process.pid }
  /// What it wrote to standard output so far.
  var output: String { Files.text(outputPath) }
  /// The lines of decisions among it: orders and fills have lines of their own.
  var decisions: [Substring] { output.split(separator: "\n").filter { $0.contains("\"event\":\"decision\"") } }
  /// What it wrote to standard error so far.
  var error: String { Files.text(errorPath) }
  /// All that it wrote so far.
  var text: String { output + error }

  /// Whether it is over.
  var hasEnded: Bool { process.hasEnded }

  /// Sends a signal, by process id.
  func send(_ signal: Int32) {
    since = Clock.seconds
    if !hasEnded { Glibc.kill(pid, signal) }
  }

  /// Waits for the end; after `seconds` it is killed and the test fails.
  func end(within seconds: Double = 30) async throws -> Ended {
    let inTime = await eventually(within: seconds) { self.hasEnded }
    guard inTime, let status = process.status else {
      send(SIGKILL)
      throw Failure("process \(pid) has not ended within \(seconds) s\n\(output)\n\(error)".shortened)
    }
    let signal = status & 0x7F
    return Ended(
      code: signal == 0 ? status >> 8 & 0xFF : nil, signal: signal == 0 ? nil : signal, output: output, error: error,
      seconds: Clock.seconds - since)
  }

  /// Waits until something holds; throws with what the process said when it does not come about.
  func wait(
    for what: String, within seconds: Double = 20, every milliseconds: Int = 10,
    _ condition: @escaping () throws -> Bool
  ) async throws {
    let start = Clock.seconds
    while try !condition() {
      if hasEnded { throw Failure("it ended while waiting for \(what)\n\(output)\n\(error)".shortened) }
      guard Clock.seconds - start < seconds else {
        throw Failure("no \(what) within \(seconds) s\n\(output)\n\(error)".shortened)
      }
      try await Task.sleep(for: .milliseconds(milliseconds))
    }
  }
}

/// Why a test cannot go on.
struct Failure: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

enum Clock {
  /// Seconds on a clock that never goes back.
  static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// Looks again and again until something holds; false: it never did.
func eventually(within seconds: Double, _ condition: () -> Bool) async -> Bool {
  let end = Clock.seconds + seconds
  while !condition() {
    guard Clock.seconds < end else { return false }
    try? await Task.sleep(for: .milliseconds(5))
  }
  return true
}

extension String {
  /// At most the first and last 1,500 characters, for messages.
  var shortened: String { count <= 3000 ? self : prefix(1500) + "\n…\n" + suffix(1500) }
}
