import Core
import Feed
import Foundation
import Settings

/// The instruments of a run and the bars that come in.
package struct MarketSource {
  package var instruments: InstrumentTable
  package var timeframe: Timeframe
  package var bars: any BarSource
  /// How the feed is named in the session record: never a path, so that a moved file replays the same.
  package var names: [String]

  /// The instruments of the simulated market.
  static func simulatedInstruments(_ plan: RunPlan, rules: InstrumentSettings) -> InstrumentTable {
    InstrumentTable(
      plan.settings.market.simulatedInstruments.enumerated().map { index, symbol in
        rules.instrument(
          symbol: symbol, id: InstrumentID(index: UInt16(index)), kind: .cryptoSpot, venue: "simulated"
        ).instrument
      })
  }

  /// The simulated market from `start`, going on at `prices` where given.
  static func simulated(
    _ plan: RunPlan, _ instruments: InstrumentTable, since start: Timestamp, session: Int,
    prices: [InstrumentID: Price]
  ) throws -> MarketSource {
    let market = plan.settings.market
    let timeframe = market.timeframe ?? .oneSecond
    let firstPrice = Price(raw: 10_000 * Price.unit)
    let simulated = SimulatedMarket(
      seed: market.seed, instruments: instruments.instruments.map(\.id), timeframe: timeframe,
      start: timeframe.start(of: start), startPrices: instruments.instruments.map { prices[$0.id] ?? firstPrice },
      stream: UInt64(session))
    return MarketSource(
      instruments: instruments, timeframe: timeframe, bars: simulated, names: ["simulated seed \(market.seed)"])
  }

  /// Recorded bars. Throws `StartError` naming the file and the remedy.
  static func replay(_ plan: RunPlan, rules: InstrumentSettings) throws -> MarketSource {
    guard case .replay(let files) = plan.source else { throw StartError("no files to replay", exitCode: 66) }
    return try joined(
      files, timeframe: plan.settings.market.timeframe, name: { URL(fileURLWithPath: $0).lastPathComponent }
    ) { try file($0, id: $1, rules: rules) }
  }

  /// One recorded file, and the instrument that its name, the index beside it and its bars make of it. Throws `FeedError`.
  package static func file(
    _ path: String, id: InstrumentID, rules: InstrumentSettings
  ) throws -> (reader: ReplayFile, instrument: Instrument) {
    let symbol = String(URL(fileURLWithPath: path).lastPathComponent.prefix { $0 != "." })
    let listed = try? DataIndex.record(of: path)
    let reader = try ReplayFile(path: path, instrument: id)
    let (instrument, _) = rules.instrument(
      symbol: symbol, id: id, kind: listed?.kind, venue: listed?.venue, times: reader.leadingOpenTimes)
    reader.calendar = instrument.calendar
    return (reader, instrument)
  }

  /// Several sources as one stream, an instrument each. `timeframe` nil: the longest of theirs. Throws `StartError` naming the
  /// source and the remedy.
  package static func joined<Source>(
    _ sources: [Source], timeframe: Timeframe?, name: (Source) -> String,
    open: (Source, InstrumentID) throws -> (any BarSeries, Instrument)
  ) throws -> MarketSource {
    var instruments: [Instrument] = []
    var series: [any BarSeries] = []
    do {
      for source in sources {
        let (opened, instrument) = try open(source, InstrumentID(index: UInt16(series.count)))
        guard !instruments.contains(where: { $0.symbol == instrument.symbol }) else {
          throw StartError(
            "\(opened.path): \(instrument.symbol) is given twice; give one series of an instrument at a time",
            exitCode: 66)
        }
        instruments.append(instrument)
        series.append(opened)
      }
      let target = timeframe ?? series.map(\.timeframe).max() ?? .oneHour
      // One series of the right length needs no merging.
      let bars: any BarSource =
        series.count == 1 && series[0].timeframe == target ? series[0] : try MergedReplay(series, target: target)
      return MarketSource(
        instruments: InstrumentTable(instruments), timeframe: target, bars: bars, names: sources.map(name))
    } catch let error as StartError { throw error } catch { throw StartError("\(error)", exitCode: 66) }
  }
}
