import Core
import Foundation
import Journal
import Loopback
import Server
import Synchronization
import Testing

/// Tests that ask a server over real sockets, one after the other: each waits on a thread that the server's answers need
/// too.
@Suite(.serialized) enum OverTheWire {}

/// A server on a port of its own, its tokens, and what was asked of the bot behind it.
struct Stand: Sendable {
  /// What was asked of the bot.
  final class Asked: Sendable {
    let stops = Mutex<[String]>([])
    let wishes = Mutex<[BotCommands.Wish]>([])
  }

  var port: Int
  var board = StatusBoard(time: VirtualTime(start: Timestamp(milliseconds: 0)))
  var asked = Asked()
  var read = ""
  var operate = ""

  /// Asks with the token to read.
  func get(_ path: String) -> (code: Int, body: String) {
    let answer = Wire.ask(port, "GET", path, token: read)
    return (answer.code, Self.body(answer.text))
  }

  /// Asks with the token to operate.
  func post(_ path: String, _ body: String = "{}") -> (code: Int, body: String) {
    let answer = Wire.ask(port, "POST", path, token: operate, body: body)
    return (answer.code, Self.body(answer.text))
  }

  private static func body(_ text: String) -> String {
    text.range(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
  }

  /// Serves while `body` asks. `journal`: the directory of one.
  static func serving(
    journal: String? = nil, lines: [String] = [], _ body: @escaping @Sendable (Stand) async throws -> Void
  ) async throws {
    let place = try RequestPolicyTests.Place()
    let tokens = try AccessTokens(stateDirectory: place.path)
    var stand = Stand(port: try Wire.freePort())
    (stand.read, stand.operate) = (try place.token(.read), try place.token(.operate))
    let asked = stand.asked
    let commands = BotCommands(
      stop: { level, reason in asked.stops.withLock { $0.append("\(level.rawValue) \(reason)") } },
      ask: { wish in
        asked.wishes.withLock { $0.append(wish) }
        return wish == .promote("late") ? nil : wish == .promote("bad") ? "refused: unknown" : "done"
      },
      backtest: { wish in
        switch wish.instrument {
        case "BUSY": .busy
        case "NONE": .failed("no such series")
        default:
          .done(
            Array(
              "{\"of\":\"\(wish.instrument) \(wish.timeframe) \(wish.policy ?? "nil") \(wish.from?.description ?? "")\"}"
                .utf8))
        }
      })
    let server = BotServer(
      sources: ServerSources(
        board: stand.board, journal: JournalDesk(directory: journal), settingsJSON: Array("{\"a\":1}".utf8),
        logLines: { lines.map { Array($0.utf8) } }), commands: commands, tokens: tokens)
    let (started, listening) = AsyncStream.makeStream(of: Void.self)
    let ready = stand
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { listening.finish() }
        try await server.run(.loopback(port: ready.port)) { _ in listening.yield() }
      }
      for await _ in started { break }
      try await body(ready)
      group.cancelAll()
    }
    withExtendedLifetime(place) {}
  }
}
