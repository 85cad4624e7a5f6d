import Core

/// Which series are meant, and which of their bars: `[SOURCE/]INSTRUMENT[:TIMEFRAME][:FROM..TO]`.
///
/// `*` and `?` stand for any characters and any one in source, instrument and timeframe. FROM and TO are days, from the
/// first's begin up to the second's, without it; either may be left out: `BTCUSDT:1h`, `binance*/*:1h`,
/// `BTCUSDT:1h:2022-01-01..2023-01-01`, `*:1d:2020-01-01..`.
package struct CatalogQuery: Equatable, Sendable {
  /// No query is longer.
  static let longest = 256

  package var source = "*"
  package var instrument: String
  package var timeframe = "*"
  package var from: Timestamp?
  package var to: Timestamp?

  /// Reads a query. Throws `CatalogError` of kind `usage`.
  package init(_ text: String) throws {
    func fault(_ reason: String) -> CatalogError {
      CatalogError(
        .usage,
        "\(text.prefix(Self.longest)): \(reason); write [SOURCE/]INSTRUMENT[:TIMEFRAME][:FROM..TO], "
          + "for example 'binance*/BTC*:1h:2022-01-01..2023-01-01'")
    }
    guard text.utf8.count <= Self.longest else { throw fault("longer than \(Self.longest) bytes") }
    let slash = text.firstIndex(of: "/")
    if let slash { source = String(text[..<slash]) }
    let rest = slash.map { text[text.index(after: $0)...] } ?? text[...]
    var parts = rest.split(separator: ":", omittingEmptySubsequences: false).map { String($0) }
    instrument = parts.removeFirst()
    if let last = parts.last, last.contains("..") {
      let bounds = last.split(separator: ".", omittingEmptySubsequences: false)
      guard bounds.count == 3, bounds[1].isEmpty else { throw fault("'\(last)' is no span of days") }
      func day(_ text: Substring) throws -> Timestamp? {
        if text.isEmpty { return nil }
        guard let day = CalendarDay(text) else { throw fault("'\(text)' is no day") }
        return day.start
      }
      from = try day(bounds[0])
      to = try day(bounds[2])
      if let from, let to, from >= to { throw fault("the span is empty") }
      parts.removeLast()
    }
    guard parts.count <= 1 else { throw fault("too many parts") }
    if let given = parts.first {
      timeframe = Timeframe(given).map { "\($0)" } ?? given
      guard !given.isEmpty, Timeframe(given) != nil || given.contains(where: { $0 == "*" || $0 == "?" }) else {
        throw fault("'\(given)' is no timeframe")
      }
    }
    guard !source.isEmpty, !instrument.isEmpty else { throw fault("a name is empty") }
  }

  /// Whether an entry is meant. Case does not matter.
  package func matches(_ entry: CatalogEntry) -> Bool {
    Self.matches(source, entry.source) && Self.matches(instrument, entry.instrument)
      && Self.matches(timeframe, "\(entry.timeframe)")
  }

  /// Whether a text is of a pattern. Takes at most pattern times text steps.
  static func matches(_ pattern: String, _ text: String) -> Bool {
    let pattern = Array(pattern.lowercased().utf8), text = Array(text.lowercased().utf8)
    var (p, t) = (0, 0)
    var (star, mark) = (-1, 0)
    while t < text.count {
      if p < pattern.count, pattern[p] == 42 {
        (star, mark) = (p, t)
        p += 1
      } else if p < pattern.count, pattern[p] == 63 || pattern[p] == text[t] {
        p += 1
        t += 1
      } else if star >= 0 {
        mark += 1
        (p, t) = (star + 1, mark)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == 42 }
  }
}
