import Foundation
import Glibc
import Testing

/// All end-to-end tests, one after the other: each drives processes of its own and watches the clock.
@Suite(.serialized) enum EndToEnd {}

/// A place of its own for one test: working directory, state directory, files. Gone with the test.
final class Place: @unchecked Sendable {
  let root: String
  /// The state directory.
  var home: String { root + "/home" }
  var control: String { home + "/control" }
  var stop: String { control + "/STOP" }
  var resume: String { control + "/RESUME" }
  var latch: String { home + "/latch.json" }
  var journal: String { home + "/journal" }
  /// What a running bot last said of itself.
  var status: JSON? { try? JSON(text: Files.text(home + "/status.json")) }
  private var children = 0

  init() throws {
    root = NSTemporaryDirectory() + "hrmbot-e2e-\(UUID().uuidString)"
    try Files.makeDirectory(root)
  }

  deinit { try? Files.remove(root) }

  func file(_ name: String) -> String { "\(root)/\(name)" }

  /// Starts `hrmbot`, or another program, with this place's state directory.
  func start(
    _ arguments: [String], program: String = Files.binary, environment extra: [String: String] = [:]
  ) throws -> Child {
    children += 1
    return try Child(
      program, arguments, environment: environment(extra), directory: root,
      outputPath: file("child-\(children).out"), errorPath: file("child-\(children).err"))
  }

  func environment(_ extra: [String: String]) -> [String: String] {
    var environment = [
      "HRMBOT_HOME": home, "HOME": root, "PATH": "/usr/bin:/bin", "TMPDIR": root,
      // Bots of other tests, and a person's own, have ports too.
      "HRMBOT_SERVER_PORT": "0",
    ]
    // Coverage and sanitizers say through these where they write.
    for key in ["LD_LIBRARY_PATH", "LLVM_PROFILE_FILE", "TSAN_OPTIONS", "ASAN_OPTIONS"] {
      environment[key] = ProcessInfo.processInfo.environment[key]
    }
    return environment.merging(extra) { $1 }
  }

  /// Runs `hrmbot` to its end.
  func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> Ended {
    try await run(arguments, environment: environment)
  }

  func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Ended {
    try await start(arguments, environment: environment).end(within: 60)
  }

  /// A bot that trades the simulated market on every other bar, and whose first decision is made.
  ///
  /// A hundred times faster than its bars, so that a test sees many trades in a second.
  func trader(barsPerSecond: Int = 25, slow: Int = 3, _ more: [String] = []) async throws -> Child {
    let bot = try start(Self.trading(barsPerSecond, slow: slow) + more)
    try await bot.wait(for: "first decision") { bot.text.contains("\"action\"") }
    return bot
  }

  /// Options of a bot that trades. `slow`: bars of the slow average; the more, the longer a position is held.
  static func trading(_ barsPerSecond: Int, slow: Int = 3) -> [String] {
    [
      "paper", "--policy", "sma-cross", "--speed", "\(barsPerSecond)", "--set", "policy.sma_fast_bars=2", "--set",
      "policy.sma_slow_bars=\(slow)", "--set", "risk.max_orders_per_minute=1000", "--set",
      "risk.max_repeated_executions=10000", "--set", "risk.max_consecutive_losses=1000", "--set",
      "risk.max_volatility_rank=1",
    ]
  }

  /// What `hrmbot status --json` says.
  func status() async throws -> JSON { try await run("status", "--json").json() }

  /// Whether the trading state that `hrmbot status` shows becomes this one: the latch's file is there a moment before the
  /// status is. How fast a stop is, `scripts/reliability/stop-latency` measures; a busy machine fails no test.
  func state(becomes state: String) async throws -> Bool {
    let end = Clock.seconds + 10
    repeat {
      if try await status()["trading_state"].string == state { return true }
    } while Clock.seconds < end
    return false
  }

  /// The name of the latch that holds, once one does.
  func latchName() async throws -> String {
    guard await eventually(within: 10, { Files.exists(latch) }) else { throw Failure("nothing latched within 10 s") }
    return try #require(try JSON(text: Files.text(latch))["id"].string)
  }
}

/// The tiny model that all tests share; made once, only read afterwards.
enum TinyModel {
  private static let made = Task { () throws -> (place: Place, path: String) in
    let place = try Place()
    let path = place.file("tiny")
    let ended = try await place.run("model", "new", "--preset", "tiny", "--seed", "3", "--out", path)
    guard ended.code == 0 else { throw Failure("model new: \(ended)") }
    return (place, path)
  }

  static var path: String { get async throws { try await made.value.path } }

  /// The options that make a bot use it.
  static var options: [String] {
    get async throws { ["--set", "policy.model_directory=\(try await path)"] }
  }
}
