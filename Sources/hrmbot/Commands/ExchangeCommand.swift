import ArgumentParser
import Bot
import Control
import Core
import Dispatch
import Exchange
import Foundation

struct ExchangeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exchange", abstract: "The paper exchange as a process of its own.",
    discussion: """
      EXAMPLES
        hrmbot exchange serve --socket /tmp/exchange.sock --ledger /tmp/exchange
        hrmbot exchange account --socket /tmp/exchange.sock
      """,
    subcommands: [ServeCommand.self, ExchangeAccountCommand.self])

  struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "serve", abstract: "Serve a paper market and an account to bots on this machine.",
      discussion: """
        Market, matching and account go on when a bot dies, and after a restart of their own. The protocol is in
        docs/exchange-protocol.md. Prices are SYNTHETIC, or recorded ones played anew on today's clock.

        EXAMPLES
          hrmbot exchange serve --socket /tmp/exchange.sock --ledger /tmp/exchange
          hrmbot exchange serve --listen 127.0.0.1:7700 --ledger /tmp/exchange --symbols SIM-BTC,SIM-ETH --bar-millis 250
          hrmbot exchange serve --socket x.sock --ledger x --replay BTCUSDT.csv.gz --bar-millis 100
        """)
    @OptionGroup var place: ExchangePlace
    @Option(help: ArgumentHelp("Directory of the ledger and the market's tape.", valueName: "dir")) var ledger: String
    @Option(help: "Instruments of the simulated market, separated by commas.") var symbols = "SIM-BTC"
    @Option(help: ArgumentHelp("Recorded bars; may be repeated, one file an instrument.", valueName: "file"))
    var replay: [String] = []
    @Option(help: "Seed of market and faults.") var seed: UInt64 = 1
    @Option(help: "Length of a bar, in milliseconds.") var barMillis: Int64 = 1000
    @Option(help: "Bars that lie in the past at the first start.") var history = 1000
    @Option(help: "Cash of a new account.") var cash = "100000"
    @Option(help: "Fee of every trade, in hundredths of a percent. Default: the instruments' rules.") var feeBps:
      String?
    @Option(help: "Spread, in hundredths of a percent.") var spreadBps = "2"
    @Option(help: "Slippage, in hundredths of a percent.") var slippageBps = "1"
    @Option(help: "Time that each answer and each push takes, in milliseconds.") var latencyMs = 0
    @Option(
      help: ArgumentHelp(
        "Faults to play, each with a chance in ten thousand, of: \(ServeFaults.names.joined(separator: ", ")).",
        valueName: "drop=N,delay=N,…"))
    var faults: String?
    @Option(help: ArgumentHelp("File beside which instruments.yaml is looked for.", valueName: "file"))
    var settings: String?

    func validate() throws {
      guard (1...86_400_000).contains(barMillis) else {
        throw ValidationError("--bar-millis \(barMillis): from 1 to 86400000")
      }
      guard (0...2000).contains(history) else { throw ValidationError("--history \(history): from 0 to 2000") }
      guard (0...60_000).contains(latencyMs) else {
        throw ValidationError("--latency-ms \(latencyMs): from 0 to 60000")
      }
    }

    private func rate(_ text: String, _ name: String) throws -> Rate {
      guard let rate: Rate = try? Rate(text + "e-4"), rate.raw >= 0, rate.raw < Rate.unit / 2 else {
        throw StartError("\(name) \(text): hundredths of a percent, from 0 to 4999", exitCode: 64)
      }
      return rate
    }

    private func plan() throws -> ExchangePlan {
      var plan = ExchangePlan(address: try place.address(), directory: ledger)
      plan.symbols = symbols.split(separator: ",").map(String.init)
      plan.replay = replay
      plan.seed = seed
      plan.barMillis = barMillis
      plan.historyBars = history
      guard let cash = try? Money(cash), cash.isPositive else {
        throw StartError("--cash \(cash): an amount above 0", exitCode: 64)
      }
      plan.cashQuote = cash
      plan.fee = try feeBps.map { try rate($0, "--fee-bps") }
      plan.costs = PaperCosts(
        spread: try rate(spreadBps, "--spread-bps"), slippage: try rate(slippageBps, "--slippage-bps"))
      plan.options.latencyMillis = latencyMs
      do { plan.options.faults = try faults.map { text throws(WireFault) in try ServeFaults(text, seed: seed) } } catch
      {
        throw StartError("--faults \(error)", exitCode: 64)
      }
      plan.settingsPath = settings
      return plan
    }

    func run() throws {
      let plan = try plan()
      let (server, lock) = try ExchangeHouse.open(plan, time: SystemTime()) { Console.error($0) }
      defer { withExtendedLifetime(lock) {} }
      let stopper = ServerStop(server)
      defer { withExtendedLifetime(stopper) {} }
      Output.write("serving \(plan.address)\n", to: STDOUT_FILENO)
      do { try server.run() } catch { throw StartError("\(error)", exitCode: 74) }
      if case .unix(let path) = plan.address { unlink(path) }
    }
  }
}

/// Where an exchange is, on the command line.
struct ExchangePlace: ParsableArguments {
  @Option(help: ArgumentHelp("Unix socket.", valueName: "path")) var socket: String?
  @Option(help: ArgumentHelp("Port of this machine.", valueName: "127.0.0.1:port")) var listen: String?

  func address() throws -> VenueAddress {
    do {
      switch (socket, listen) {
      case (let path?, nil): return try VenueAddress(path: path)
      case (nil, let place?): return try VenueAddress(hostAndPort: place)
      default: throw WireFault(.invalid, "give either --socket or --listen")
      }
    } catch let fault as WireFault { throw StartError(fault.detail, exitCode: 64) }
  }
}

/// Ctrl-C and SIGTERM end a server.
private final class ServerStop {
  private var sources: [any DispatchSourceSignal] = []

  init(_ server: ExchangeServer) {
    nonisolated(unsafe) let server = server
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { server.requestStop() }
      source.resume()
      sources.append(source)
    }
  }
}
