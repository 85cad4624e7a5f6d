import Control
import Core
import Exchange
import Feed
import Files
import Foundation
import Glibc
import Journal
import Settings

/// What `hrmbot exchange serve` is to serve.
package struct ExchangePlan: Sendable {
  /// Where it listens.
  package var address: VenueAddress
  /// Directory of the account's ledger and of the market's tape.
  package var directory: String
  /// Instruments of the simulated market.
  package var symbols: [String] = ["SIM-BTC"]
  /// Recorded bars to be played instead, one file an instrument; empty: the simulated market.
  package var replay: [String] = []
  /// Seed of the simulated market and of the faults.
  package var seed: UInt64 = 1
  /// Length of a bar, in milliseconds; it is also the pace.
  package var barMillis: Int64 = 1000
  /// Bars that lie in the past at the first start, for clients to warm up with.
  package var historyBars = 1000
  /// Cash of a new account.
  package var cashQuote = Money(raw: 100_000 * Money.unit)
  /// Fee of every trade; nil: what the instrument's rules say.
  package var fee: Rate?
  /// Spread and slippage of the market.
  package var costs = PaperCosts(spread: Rate(basisPoints: 2), slippage: Rate(basisPoints: 1))
  package var options = ServeOptions()
  /// Settings file, beside which `instruments.yaml` is looked for; nil: the built-in rules.
  package var settingsPath: String?

  package init(address: VenueAddress, directory: String) {
    self.address = address
    self.directory = directory
  }
}

/// Puts a served exchange together.
package enum ExchangeHouse {
  /// A server that listens, with the account of its directory. The lock keeps a second one from the same directory.
  ///
  /// - Throws: `StartError`.
  package static func open(
    _ plan: ExchangePlan, time: any TimeSource, log: @escaping (String) -> Void
  ) throws -> (server: ExchangeServer, lock: DirectoryLock) {
    do { try StateDirectory.make(plan.directory, mode: 0o700) } catch { throw StartError("\(error)", exitCode: 73) }
    let lock: DirectoryLock
    do { lock = try DirectoryLock(path: plan.directory + "/lock") } catch {
      throw StartError(
        "\(plan.directory) is in use by another exchange (\(error)); give another --ledger", exitCode: 75)
    }
    let instruments = try instruments(plan)
    let desk: ExchangeDesk
    do {
      let ledger = try PaperLedger(path: plan.directory + "/ledger.sqlite", durability: .full)
      let exchange = try ledger.restore(instruments: instruments, cashQuote: plan.cashQuote, costs: plan.costs)
      desk = ExchangeDesk(exchange: exchange, ledger: ledger)
    } catch { throw StartError("ledger: \(error)", exitCode: 73) }
    var tape = MarketTape(instruments: instruments.count, capacity: plan.options.tapeCapacity)
    let file = TapeFile(path: plan.directory + "/tape.jsonl", instruments: instruments)
    let steps = file.load(into: &tape)
    let market = try market(plan, instruments, tape, steps: steps, now: time.now)
    let listener: Int32
    do { listener = try StreamSocket.listen(plan.address) } catch { throw StartError("\(error.detail)", exitCode: 75) }
    let server = ExchangeServer(
      listener: listener, desk: desk, market: market, tape: tape, tapeFile: file, options: plan.options, time: time,
      log: log)
    return (server, lock)
  }

  private static func instruments(_ plan: ExchangePlan) throws -> InstrumentTable {
    let rules: InstrumentSettings
    do { rules = try InstrumentSettings.load(besideSettings: plan.settingsPath) } catch {
      throw StartError("\(error)", exitCode: 78)
    }
    let symbols = plan.replay.isEmpty ? plan.symbols : plan.replay.map(symbol)
    guard !symbols.isEmpty, Set(symbols).count == symbols.count, symbols.count <= 64 else {
      throw StartError("instruments: \(symbols.joined(separator: ", ")): give 1 to 64, each once", exitCode: 64)
    }
    return InstrumentTable(
      symbols.enumerated().map { index, symbol in
        let listed = plan.replay.isEmpty ? nil : try? DataIndex.record(of: plan.replay[index])
        let id = InstrumentID(index: UInt16(index))
        let known = rules.instrument(symbol: symbol, id: id, kind: listed?.kind).instrument
        // Bars are played on the clock of this machine: the market is always open.
        return Instrument(
          id: id, symbol: symbol, venue: "served", kind: known.kind, isShortable: known.isShortable,
          calendar: .alwaysOpen, rules: known.rules.map { charging(plan.fee, $0) }, feeAsset: known.feeAsset)
      })
  }

  private static func symbol(_ file: String) -> String {
    String(URL(fileURLWithPath: file).lastPathComponent.prefix { $0 != "." })
  }

  private static func charging(_ fee: Rate?, _ rules: InstrumentRules) -> InstrumentRules {
    InstrumentRules(
      effectiveFrom: rules.effectiveFrom, tick: rules.tick, lot: rules.lot, minimumQuantity: rules.minimumQuantity,
      minimumNotionalQuote: rules.minimumNotionalQuote, makerFee: fee ?? rules.makerFee,
      takerFee: fee ?? rules.takerFee)
  }

  private static func market(
    _ plan: ExchangePlan, _ instruments: InstrumentTable, _ tape: MarketTape, steps: UInt64, now: Timestamp
  ) throws -> PacedMarket {
    let timeframe = Timeframe(milliseconds: plan.barMillis)
    let newest = tape.all.last
    if let newest, newest.timeframe != timeframe {
      throw StartError(
        "\(plan.directory) holds a market of \(newest.timeframe) bars, not of \(timeframe); give another --ledger, or "
          + "--bar-millis \(newest.timeframe.milliseconds)", exitCode: 78)
    }
    let isFirst = newest == nil
    let past = isFirst ? timeframe.milliseconds * Int64(plan.historyBars) : 0
    let start = timeframe.start(of: max(newest?.closeTime ?? now, now).adding(milliseconds: -past))
    guard plan.replay.isEmpty else {
      return try recorded(plan, instruments, timeframe, from: start, skipping: steps)
    }
    let firstPrice = Price(raw: 10_000 * Price.unit)
    var simulated = SimulatedMarket(
      seed: plan.seed, instruments: instruments.instruments.map(\.id), timeframe: timeframe, start: start,
      startPrices: instruments.instruments.map { tape.last(of: $0.id)?.close ?? firstPrice },
      stream: isFirst ? 0 : UInt64(bitPattern: start.milliseconds))
    return PacedMarket(name: "simulated, seed \(plan.seed)", timeframe: timeframe, step: steps) { simulated.next() }
  }

  private static func recorded(
    _ plan: ExchangePlan, _ instruments: InstrumentTable, _ timeframe: Timeframe, from start: Timestamp,
    skipping steps: UInt64
  ) throws -> PacedMarket {
    do {
      let readers = try zip(plan.replay, instruments.instruments).map { try ReplayFile(path: $0, instrument: $1.id) }
      let target = readers.map(\.timeframe).max() ?? .oneMinute
      var merged = try MergedReplay(readers, target: target)
      let names = plan.replay.map { URL(fileURLWithPath: $0).lastPathComponent }.joined(separator: ", ")
      return try PacedMarket(
        name: "recorded bars of \(names)", timeframe: timeframe, playedFrom: start, skipping: steps
      ) { try merged.next() }
    } catch { throw StartError("\(error)", exitCode: 66) }
  }
}
