import Core
import Digest

extension InstrumentTable {
  /// SHA-256 in hex of everything that the rules of these instruments say: a session names it, because a replay under
  /// other rules is another replay.
  var rulesHash: String {
    let text = instruments.map { instrument in
      let rules = instrument.rules.map {
        [
          "\($0.effectiveFrom.milliseconds)", "\($0.tick)", "\($0.lot)", "\($0.minimumQuantity)",
          "\($0.minimumNotionalQuote)", "\($0.makerFee)", "\($0.takerFee)",
        ].joined(separator: ",")
      }
      var parts = [
        instrument.symbol, instrument.venue, instrument.kind.rawValue, "\(instrument.isShortable)",
        instrument.calendar.fingerprint, rules.joined(separator: ";"),
      ]
      // Only what is not the default, so that hashes of earlier sessions stay what they were.
      if instrument.feeAsset != .quote { parts.append(instrument.feeAsset.rawValue) }
      return parts.joined(separator: "|")
    }
    return SHA256.hex(SHA256.digest(Array(text.joined(separator: "\n").utf8)))
  }
}

extension TradingCalendar {
  fileprivate var fingerprint: String {
    guard let session else { return name }
    let holidays = session.holidays.map(\.daysSinceEpoch).sorted()
    let early = session.earlyCloses.map { ($0.key.daysSinceEpoch, $0.value) }.sorted { $0.0 < $1.0 }
    return [
      name, "\(session.zone)", "\(session.openMinute)", "\(session.closeMinute)", "\(session.weekdays.sorted())",
      "\(holidays)", "\(early)", "\(session.noNewEntriesMinute ?? -1)", "\(session.squareOffMinute ?? -1)",
    ].joined(separator: ",")
  }
}
