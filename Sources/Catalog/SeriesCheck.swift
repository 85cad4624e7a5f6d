import Core
import Feed

/// The check of a series of the catalog.
package enum SeriesCheck {
  /// What is wrong with a series, a sentence each: its hash, what a scan of the bars finds against the manifest, and what
  /// is above the limits. Throws `CatalogError` where it cannot be opened.
  package static func findings(
    _ entry: CatalogEntry, in catalog: Catalog, limits: QualityLimits
  ) throws -> [String] {
    var series = try catalog.open(.init(entry: entry), instrument: InstrumentID(index: 0))
    guard series.hasItsDigest else {
      return ["the bars are not those that were stored (SHA-256); run hrmbot data import again"]
    }
    var found = limits.violations(entry.quality, hours: entry.hours)
    var scan = QualityScan(timeframe: entry.timeframe, calendar: GapCalendar.named(entry.hours))
    var last: Timestamp?
    while let bar = series.next() {
      let isAfter = last.map { bar.openTime >= $0 } ?? true
      guard bar.isConsistent, isAfter else {
        return ["the bar at \(bar.openTime) is impossible or out of order; run hrmbot data import again"]
      }
      last = bar.closeTime
      scan.receive(bar)
    }
    let now = scan.finish()
    let then = entry.quality
    if now.bars != then.bars || now.missingBars != then.missingBars || now.outliers != then.outliers
      || now.longestStaleRun != then.longestStaleRun
    {
      found.append("the manifest says otherwise than the bars do; run hrmbot data import again")
    }
    return found
  }
}
