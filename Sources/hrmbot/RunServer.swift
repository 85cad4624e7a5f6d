import Bot
import Control
import Core
import Glibc
import Server

/// The HTTP server beside a run on a clock. Trading never waits for it, and goes on where it cannot be had.
struct RunServer: Sendable {
  private let plan: RunPlan
  let board = StatusBoard(time: SystemTime())

  /// nil: the settings want none, or the run is one in virtual time.
  init?(_ plan: RunPlan) {
    guard plan.settings.server.enabled, !plan.pace.isVirtual else { return nil }
    self.plan = plan
  }

  /// The display, with the server's board listening.
  func listening(to display: Display) -> Display {
    var display = display
    let (shows, decides, board) = (display.snapshot, display.decision, board)
    let labels = DecisionLine.Labels(plan)
    display.snapshot = {
      board.publish($0)
      shows?($0)
    }
    display.decision = {
      board.publish(decision: DecisionLine.json($0, labels, isFull: true).bytes)
      decides?($0)
    }
    return display
  }

  /// Runs the bot and, from its first words to its end, the server and the notifier if there are any.
  static func run(
    _ run: PaperRun, beside server: RunServer?, and notices: RunNotices?, _ log: EventLog
  ) async throws -> RunSummary {
    try await withThrowingTaskGroup(of: Void.self) { group in
      if let server { group.addTask { await server.serve(run, log) } }
      if let notices { group.addTask { await notices.run() } }
      defer { group.cancelAll() }
      return try await run.run()
    }
  }

  private func serve(_ run: PaperRun, _ log: EventLog) async {
    // The state directory is the bot's own only once it holds the lock, which is before it says anything.
    guard let events = board.subscribe() else { return }
    for await _ in events { break }
    if Task.isCancelled { return }
    let socket = plan.home.path + "/hrmbot.sock"
    do {
      let sources = sources(log)
      let server = BotServer(
        sources: sources, commands: commands(run), tokens: try AccessTokens(stateDirectory: plan.home.path))
      unlink(socket)
      ServedPort.forget(in: plan.home.path)
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await serve(server, .unix(socket), log) }
        let port = plan.settings.server.port
        group.addTask { await FillFollower(sources).run() }
        if port > 0 { group.addTask { await serve(server, .loopback(port: port), log) } }
      }
      unlink(socket)
      ServedPort.forget(in: plan.home.path)
    } catch {
      log.write(.error, "server: \(error); the bot trades on without it")
    }
  }

  private func serve(_ server: BotServer, _ address: BotServer.Address, _ log: EventLog) async {
    do {
      try await server.run(address) {
        log.write(.info, "server: listens at \($0)")
        // Without it only `hrmbot dashboard` has nothing to say.
        if case .loopback(let port) = address { try? ServedPort.write(port, in: plan.home.path) }
      }
    } catch is CancellationError {
    } catch {
      log.write(
        .warning, "server: cannot listen at \(address): \(error); the bot trades on without it (setting server.port)")
    }
  }

  private func sources(_ log: EventLog) -> ServerSources {
    var directory: String?
    if case .directory(let path) = plan.journal { directory = path }
    return ServerSources(
      board: board, journal: JournalDesk(directory: directory), settingsJSON: plan.settingsJSON,
      logLines: { log.recent })
  }

  private func commands(_ run: PaperRun) -> BotCommands {
    let backtests = BacktestChild(home: plan.home.path, settings: plan.settingsPath)
    return BotCommands(
      stop: { run.latch($0, source: .http, reason: $1) },
      ask: { wish in
        switch wish {
        case .rollBack(let policy, let reason): await run.ask(.rollBack(to: policy, reason: reason))
        case .promote(let policy): await run.ask(.promote(policy))
        case .resume(let latch): await run.resume(latchID: latch)
        case .cancel(let id): await run.ask(.cancel(id))
        case .trade(let symbol, let action, let fraction, let reason):
          await run.ask(
            .trade(ManualTrade(instrument: symbol, action: action, fraction: fraction, reason: reason)))
        }
      }, backtest: { await backtests.run($0) })
  }
}
