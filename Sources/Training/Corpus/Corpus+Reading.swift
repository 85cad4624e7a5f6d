import Backtest
import Bot
import Catalog
import Core
import Feed
import Foundation

extension Corpus {
  /// A source by the last two parts of its path, so that spot and perpetual of one symbol differ.
  static func name(of source: DataSource) -> String {
    guard case .file(let path) = source else { return source.name }
    let parts = URL(fileURLWithPath: path).standardizedFileURL.pathComponents.filter { $0 != "/" }
    return parts.suffix(2).joined(separator: "/")
  }

  /// The series of a source; nil where its bars are of another length than is wanted. `room`: bars that it may have.
  static func read(
    _ source: DataSource, _ name: String, _ request: CorpusRequest, room: Int
  ) throws -> (TradingSeries, CorpusMember)? {
    do {
      let market = try DataSource.open([source], timeframe: nil, rules: request.instruments)
      if let wanted = request.timeframe, wanted != market.timeframe { return nil }
      let instrument = market.instruments.instruments[0]
      var builder = SeriesBuilder(instrument: instrument, timeframe: market.timeframe, rules: request.rules)
      var bars = market.bars
      while let bar = try bars.next() {
        guard builder.count < room else {
          throw StartError(
            "\(name): the corpus has more than \(request.rules.barLimit) bars; take fewer files or one --timeframe",
            exitCode: 66)
        }
        builder.receive(bar)
      }
      let (series, knownFrom, excluded) = builder.finish()
      let read = (bars as? any BarSeries)?.quality ?? FeedQuality()
      let member = CorpusMember(
        symbol: instrument.symbol, timeframe: market.timeframe, marketClass: MarketClass(instrument),
        knownFrom: knownFrom, excluded: excluded,
        refusedRows: read.rows - read.bars + builder.quality.rows - builder.quality.bars, gaps: builder.quality.gaps,
        source: name, sourceDigest: try source.digest(), digest: series.digest)
      return (series, member)
    } catch let error as FeedError { throw StartError("\(error)", exitCode: 65) } catch let error as CatalogError {
      throw StartError("\(error)", exitCode: 65)
    }
  }
}
