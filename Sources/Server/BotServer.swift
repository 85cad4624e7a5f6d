import Core
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOPosix

/// The bot's HTTP server: on a Unix socket, to which the state directory's permissions let nobody but its owner, and on
/// loopback, with tokens. It has a thread of its own, so that nothing asked of it holds up trading.
package struct BotServer: Sendable {
  /// Where it listens.
  package enum Address: Sendable, Hashable, CustomStringConvertible {
    case unix(String)
    case loopback(port: Int)

    package var description: String {
      switch self {
      case .unix(let path): "unix:\(path)"
      case .loopback(let port): "http://127.0.0.1:\(port)"
      }
    }
  }

  private let sources: ServerSources
  private let commands: BotCommands
  private let tokens: AccessTokens

  /// A server of what `sources` know.
  package init(sources: ServerSources, commands: BotCommands, tokens: AccessTokens) {
    self.sources = sources
    self.commands = commands
    self.tokens = tokens
  }

  /// What is served, as `GET /path`.
  package var served: [String] {
    router(RequestPolicy(tokens: tokens, port: nil)).routes.map { "\($0.method.rawValue) \($0.path)" }
  }

  private func router(_ policy: RequestPolicy) -> Router<BasicRequestContext> {
    let router = Router()
    router.add(middleware: Gatekeeper(policy: policy))
    let (board, journal) = (sources.board, sources.journal)
    StatusRoutes(board: board, settingsJSON: sources.settingsJSON).add(to: router)
    AccountRoutes(board: board).add(to: router)
    LogRoutes(board: board, lines: sources.logLines).add(to: router)
    DecisionRoutes(board: board, journal: journal).add(to: router)
    TradeRoutes(board: board, journal: journal).add(to: router)
    PolicyRoutes(journal: journal).add(to: router)
    BarRoutes(journal: journal).add(to: router)
    LiveRoutes(board: board).add(to: router)
    PageRoutes().add(to: router)
    CommandRoutes(commands: commands).add(to: router)
    return router
  }

  /// Serves one address until its task is cancelled. `started` is told once it listens. Throws what the system says when it
  /// cannot listen there.
  package func run(_ address: Address, started: @escaping @Sendable (Address) -> Void = { _ in }) async throws {
    let quiet = Logger(label: "server") { _ in SwiftLogNoOpLogHandler() }
    var policy = RequestPolicy(tokens: nil, port: nil)
    var place = BindAddress.unixDomainSocket(path: "")
    switch address {
    case .unix(let path): place = .unixDomainSocket(path: path)
    case .loopback(let port):
      policy = RequestPolicy(tokens: tokens, port: port)
      place = .hostname("127.0.0.1", port: port)
    }
    let router = router(policy)
    let application = Application(
      router: router,
      server: .http1(
        configuration: .init(
          idleTimeout: .seconds(Int64(ServerLimits.requestSeconds)),
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: ServerLimits.headerBytes, maxHeaderListSize: ServerLimits.headerBytes,
            maxHeaderFieldCount: 100))),
      configuration: .init(
        address: place,
        availableConnectionsDelegate: MaximumAvailableConnections(ServerLimits.connections, logger: quiet)),
      onServerRunning: { _ in started(address) },
      eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: 1)), logger: quiet)
    try await application.run()
  }
}
