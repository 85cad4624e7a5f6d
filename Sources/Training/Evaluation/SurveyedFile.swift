import Backtest
import Bot
import Catalog
import Core
import Feed
import Settings

/// A bar file that was read once from end to end: what it is and what it holds, as far as records and rows tell.
package struct SurveyedFile: Sendable {
  package var record: DataIndex.Record
  /// SHA-256 of the file.
  package var sha256: String
  package var timeframe: Timeframe
  /// Open of the first bar and close of the last.
  package var first: Timestamp
  package var last: Timestamp
  package var bars: Int
  /// Rows that were refused: no bars, twice, out of order, impossible.
  package var refusedRows: Int
  /// Asset class of the group.
  package var assetClass: String
  /// The market of the protocol.
  package var market: EvaluationSettings.Market
  /// What is traded, with rules as fine as numbers are and the market's fee.
  package var instrument: Instrument
  /// What was assumed of this file, in sentences.
  package var assumptions: [String]

  private let hours: BarHours

  /// About how many bars open in a span.
  package func bars(in span: Range<Timestamp>) -> Int { hours.bars(in: span) }

  /// Whether the market never closes: a year has 365 days then, else 252.
  package var isAlwaysOpen: Bool { instrument.calendar.session == nil }

  /// Reads a file and holds it against its record. `assetClass`: for records that do not say theirs. Throws `StartError` with
  /// file, field, value and remedy.
  package init(
    _ record: DataIndex.Record, in directory: String, settings: EvaluationSettings, rules: InstrumentSettings,
    assetClass given: String? = nil
  ) throws {
    let path = "\(directory)/\(record.path)"
    self.record = record
    do { sha256 = try Importer.digest(of: path).hex } catch { throw StartError("\(error)", exitCode: 66) }
    if let expected = record.sha256, expected != sha256 {
      throw StartError(
        "\(path): sha256 = \(sha256), index.json says \(expected); restore the file, or write its hash into the index",
        exitCode: 65)
    }
    do {
      let reader = try ReplayFile(path: path, instrument: InstrumentID(index: 0))
      timeframe = reader.timeframe
      if let expected = record.timeframe, expected != timeframe {
        throw StartError(
          "\(path): timeframe = \(timeframe) by its rows, index.json says \(expected); put the index right",
          exitCode: 65)
      }
      hours = try BarHours(reader)
      refusedRows = reader.quality.rows - reader.quality.bars
      if let rows = record.rows, rows != reader.quality.rows {
        throw StartError(
          "\(path): rows = \(reader.quality.rows), index.json says \(rows); restore the file, or put the index right",
          exitCode: 65)
      }
    } catch let error as FeedError { throw StartError("\(error)", exitCode: 65) }
    guard let first = hours.first, let last = hours.last else {
      throw StartError("\(path): no bar; remove the file and its record", exitCode: 65)
    }
    (self.first, self.last, bars) = (first, last, hours.bars)
    assumptions = []
    let word: String
    if let known = record.assetClass ?? given {
      word = known
    } else {
      word = InstrumentSettings.likelyKind(of: record.instrument).rawValue
      assumptions.append("\(record.path): asset class \(word), guessed from the symbol.")
    }
    let found = settings.market(assetClass: word, folder: record.folder)
    guard let found else {
      throw StartError(
        "\(path): asset_class = \(word): no market of the protocol takes it; add one, or one without conditions at the end",
        exitCode: 78)
    }
    market = found
    self.assetClass = found.assetClass ?? word
    let (instrument, notes) = Self.instrument(record, word, found, hours, rules)
    self.instrument = instrument
    assumptions += notes
  }

  /// The instrument: kind and hours by record and bars, prices and quantities as fine as numbers are, the market's fee.
  private static func instrument(
    _ record: DataIndex.Record, _ word: String, _ market: EvaluationSettings.Market, _ hours: BarHours,
    _ rules: InstrumentSettings
  ) -> (Instrument, [String]) {
    var notes: [String] = []
    let kind: InstrumentKind
    if let known = InstrumentKind(rawValue: word) {
      kind = known
    } else {
      kind = word.hasPrefix("crypto") ? .cryptoPerpetual : .index
      notes.append(
        "\(record.path): the asset class \(word) is not known; traded like \(kind.rawValue), short sales too.")
    }
    let usual = rules.instrument(symbol: "-", id: InstrumentID(index: 0), kind: kind, venue: record.venue).instrument
    let fine = InstrumentRules(
      effectiveFrom: .earliest, tick: Price(raw: 1), lot: Quantity(raw: 1), minimumQuantity: Quantity(raw: 1),
      minimumNotionalQuote: .zero, makerFee: market.fee, takerFee: market.fee)
    let (calendar, note) = hours.calendar(record, usual: usual.calendar, of: rules)
    if let note { notes.append("\(record.path): \(note)") }
    let instrument = Instrument(
      id: InstrumentID(index: 0), symbol: record.instrument, venue: record.venue ?? usual.venue, kind: kind,
      isShortable: usual.isShortable, calendar: calendar, rules: [fine])
    return (instrument, notes)
  }
}

extension EvaluationSettings {
  /// The first market that takes a file; nil: none does.
  func market(assetClass: String, folder: String) -> Market? {
    markets.first {
      ($0.assetClasses.isEmpty || $0.assetClasses.contains(assetClass))
        && ($0.folders.isEmpty || $0.folders.contains(folder))
    }
  }
}
