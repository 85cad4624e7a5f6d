import ArgumentParser
import Bot
import Control
import Core
import Dispatch
import Exchange
import Foundation
import Settings

struct PaperCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "paper",
    abstract: "Trade on paper: on the simulated market, or on recorded bars.",
    discussion: """
      Without arguments it trades a simulated market (SYNTHETIC prices) in real time, and goes on where it stopped.
      With --replay it trades recorded bars from the beginning, as fast as it can unless --speed says otherwise.
      Ctrl-C ends it, h shows the screen's keys. A file STOP in the control directory, or `hrmbot stop`, stops trading but not the bot.

      EXAMPLES
        hrmbot paper
        hrmbot paper --replay BTCUSDT.csv.gz --replay ETHUSDT.csv.gz --timeframe 1h --policy sma-cross --json
        hrmbot paper --replay BTCUSDT.csv.gz --speed real
        hrmbot paper --replay BTCUSDT.csv.gz --speed 20 --policy hrm --bars 500
        hrmbot paper --venue unix:/tmp/exchange.sock
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var settings: SettingsOptions
  @OptionGroup var output: ColourOptions

  @Option(
    help: ArgumentHelp("Recorded bars (CSV or CSV.gz); may be repeated, one file an instrument.", valueName: "file"),
    completion: Completions.bars)
  var replay: [String] = []
  @Option(
    help: ArgumentHelp(
      "A served exchange: unix:PATH or tcp:127.0.0.1:PORT. Bars, rules and orders are its business then.",
      valueName: "address"))
  var venue: String?
  @Option(
    help: ArgumentHelp("Bar length, for example 5m, 1h, 1d. Default: the files' own; 1s for the simulated market."))
  var timeframe: String?
  @Option(
    help: ArgumentHelp(
      "max: in virtual time; real: on a clock (a replay gets one step a second); N: N steps a second.",
      valueName: "max|real|N"), completion: .list(["max", "real"]))
  var speed: String?
  @Option(
    help: ArgumentHelp("Directory of the journal, or off. Default: in the state directory.", valueName: "dir|off"),
    completion: .directory)
  var journal: String?
  @Option(help: ArgumentHelp("Policy in charge: hrm, mlp, flat or sma-cross."), completion: Completions.policies)
  var policy: String?
  @Option(help: ArgumentHelp("Time for one decision, in milliseconds."))
  var deadlineMs: Int?
  @Option(help: ArgumentHelp("End after so many bars."))
  var bars: Int?
  @Option(help: ArgumentHelp("Seed of the simulated market."))
  var seed: UInt64?
  @Flag(help: "End with one JSON summary on standard output; everything else goes to standard error.")
  var json = false
  @Flag(help: "No live screen even on a terminal.")
  var plain = false

  mutating func validate() throws {
    if let timeframe, Timeframe(timeframe) == nil {
      throw ValidationError("--timeframe \(timeframe): write a length such as 1s, 5m, 1h or 1d")
    }
    if let bars, bars < 1 { throw ValidationError("--bars \(bars): must be at least 1") }
    if venue != nil, !replay.isEmpty || timeframe != nil || (speed != nil && speed != "real") {
      throw ValidationError("--venue: the exchange has its own market; leave out --replay, --timeframe and --speed")
    }
    _ = try pace()
  }

  private func source() throws -> RunPlan.Source {
    guard let venue else { return replay.isEmpty ? .simulated : .replay(files: replay) }
    do { return .served(try VenueAddress(venue)) } catch { throw StartError("--venue \(error.detail)", exitCode: 64) }
  }

  private func pace() throws -> Pace {
    switch speed {
    case nil: return replay.isEmpty ? .wallClock : .unlimited
    case "max": return .unlimited
    case "real": return replay.isEmpty ? .wallClock : .barsPerSecond(1)
    case let text?:
      guard let rate = Double(text), rate.isFinite, rate >= 0.001, rate <= 100_000 else {
        throw ValidationError("--speed \(text): write max, real, or steps a second from 0.001 to 100000")
      }
      return .barsPerSecond(rate)
    }
  }

  func run() async throws {
    let plan = try plan()
    let hasScreen = Console.isTerminal && !plain && !json && !plan.pace.isVirtual
    let service = ServiceManager(environment: ProcessInfo.processInfo.environment)
    let log = EventLog(
      path: hasScreen ? LogPlace.path(home: plan.home) : nil, minimum: hasScreen || service.isPresent ? .info : .warning
    )
    let screen = hasScreen ? LiveScreen(owner: .bot, colour: output.color) : nil
    let server = RunServer(plan)
    let notices = RunNotices(plan, board: server?.board, log: log)
    var display = server?.listening(to: display(plan, screen)) ?? display(plan, screen)
    if let notices { display = notices.listening(to: display) }
    let run = PaperRun(plan: plan, display: display, log: log, service: service)
    let signals = Signals(run)
    defer { withExtendedLifetime(signals) {} }
    screen?.open()
    defer { screen?.close() }
    let summary: RunSummary
    do { summary = try await RunServer.run(run, beside: server, and: notices, log) } catch {
      screen?.close()
      throw error
    }
    screen?.close()
    ProgressLine.clear()
    print(json ? summary.json().text : SummaryText.text(summary))
    if summary.endReason.hasPrefix("error: ") {
      throw StartError(String(summary.endReason.dropFirst(7)), exitCode: replay.isEmpty ? 75 : 65)
    }
  }

  private func plan() throws -> RunPlan {
    var overrides: [(key: String, value: String)] = []
    if let policy { overrides.append(("policy.name", policy)) }
    if let timeframe { overrides.append(("market.timeframe", timeframe)) }
    if let deadlineMs { overrides.append(("policy.deadline_millis", "\(deadlineMs)")) }
    if let seed { overrides.append(("market.seed", "\(seed)")) }
    let loaded = try settings.load(adding: overrides)
    let home = common.stateDirectory
    let isLasting = try replay.isEmpty && !pace().isVirtual
    let place: RunPlan.JournalPlace =
      journal == "off" ? .off : .directory(journal ?? (isLasting ? home.journalPath : home.replayPath))
    return RunPlan(
      settings: loaded.settings, settingsJSON: loaded.canonicalJSON,
      source: try source(), pace: try pace(), journal: place, home: home,
      settingsPath: settings.path, maximumBars: bars, build: Release.version)
  }

  private func display(_ plan: RunPlan, _ screen: LiveScreen?) -> Display {
    var display = Display()
    if let screen {
      display.snapshot = { screen.update($0) }
      display.decision = { screen.add(DecisionText.line($0)) }
      display.progress = { text, _ in screen.note(text) }
    } else if plan.pace.isVirtual {
      if ProgressLine.isWanted { display.progress = { text, _ in ProgressLine.show(text) } }
    } else {
      let toError = json
      let labels = DecisionLine.Labels(plan)
      display.decision = { DecisionLine.write($0, labels, toError: toError) }
      display.trade = { Output.offer(TradeLine.json($0, labels).bytes, to: toError ? STDERR_FILENO : STDOUT_FILENO) }
    }
    return display
  }
}

/// Where the log of a run with a screen goes.
enum LogPlace {
  static func path(home: StateDirectory) -> String {
    FileManager.default.fileExists(atPath: "logs") ? "logs/hrmbot.log" : home.path + "/hrmbot.log"
  }
}

/// Ctrl-C, SIGTERM and the loss of the terminal end a run; SIGUSR1 latches a stop.
final class Signals {
  private var listeners: [SignalListener] = []

  init(_ run: PaperRun) {
    for number in [SIGINT, SIGTERM] { listeners.append(SignalListener(number) { run.requestStop("signal") }) }
    // A terminal that is closed, or a line that breaks, ends a run in good order too; under nohup it does not end it.
    if !SignalListener.isIgnored(SIGHUP) {
      listeners.append(SignalListener(SIGHUP) { run.requestStop("terminal closed") })
    }
    listeners.append(SignalListener(SIGUSR1) { run.latch(.stop, source: .signal, reason: "SIGUSR1") })
  }
}
