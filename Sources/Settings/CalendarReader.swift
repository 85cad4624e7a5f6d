import Core

/// Reads one calendar of `instruments.yaml`. An empty map is open at every moment.
enum CalendarReader {
  private static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
  static let zones: [String: TimeZoneRule] = [
    "utc": .fixed(offsetMinutes: 0), "india": .fixed(offsetMinutes: 330), "new_york": .newYork,
  ]
  private static let keys = [
    "zone", "open", "close", "no_new_entries", "square_off", "weekdays", "holidays", "early_closes",
  ]

  static func read(_ member: YAMLValue.Member, with fields: inout FieldReader) -> TradingCalendar? {
    let name = "calendars.\(member.key)"
    if case .map(let content) = member.value, content.isEmpty { return TradingCalendar(name: member.key, session: nil) }
    let found = fields.fields(member.value, name, line: member.line, allowed: keys)
    let before = fields.errors.count
    let zone = fields.read("zone", of: found, as: .choice(zones.keys.sorted()), isRequired: true)
    let open = fields.read("open", of: found, as: .clock, isRequired: true)
    let close = fields.read("close", of: found, as: .clock, isRequired: true)
    let noNewEntries = fields.read("no_new_entries", of: found, as: .clock)
    let squareOff = fields.read("square_off", of: found, as: .clock)
    let days = fields.read("weekdays", of: found, as: .words(weekdays), isRequired: true)
    let holidays = Self.holidays(in: "holidays", of: found, with: &fields)
    let earlyCloses = Self.earlyCloses(of: found, with: &fields)
    guard fields.errors.count == before, let zone = zone.flatMap({ zones[$0] }), let open, let close, let days else {
      return nil
    }
    if close > open {
      for (key, minute) in [("no_new_entries", noNewEntries), ("square_off", squareOff)] {
        guard let minute, minute <= open || minute >= close else { continue }
        fields.report("\(name).\(key)", line: found.members[key]?.line ?? found.line, "is not between open and close")
      }
      for (day, minute) in earlyCloses.sorted(by: { $0.key < $1.key }) where minute <= open || minute >= close {
        fields.report("\(name).early_closes", line: found.line, "\(day) closes outside the session")
      }
    }
    return TradingCalendar(
      name: member.key,
      session: TradingCalendar.Session(
        zone: zone, openMinute: open, closeMinute: close,
        weekdays: Set(days.compactMap { weekdays.firstIndex(of: $0) }),
        holidays: Set(holidays), earlyCloses: earlyCloses, noNewEntriesMinute: noNewEntries, squareOffMinute: squareOff)
    )
  }

  /// A list of lists of days.
  private static func holidays(
    in key: String, of found: FieldReader.Fields, with fields: inout FieldReader
  ) -> [CalendarDay] {
    guard let member = found.members[key] else { return [] }
    guard case .list(let rows) = member.value else {
      fields.report("\(found.name).\(key)", line: member.line, "is not a list of lists of days")
      return []
    }
    var result: [CalendarDay] = []
    for row in rows {
      switch SettingCodec.days.parse(RawSetting(row)) {
      case .success(let days): result += days
      case .failure(let problem):
        fields.report("\(found.name).\(key)", line: member.line, problem.message, value: RawSetting(row).text)
      }
    }
    return result
  }

  private static func earlyCloses(
    of found: FieldReader.Fields, with fields: inout FieldReader
  ) -> [CalendarDay: Int] {
    guard let member = found.members["early_closes"] else { return [:] }
    let name = "\(found.name).early_closes"
    guard case .list(let rows) = member.value else {
      fields.report(name, line: member.line, "is not a list of {close, days}")
      return [:]
    }
    var result: [CalendarDay: Int] = [:]
    for row in rows {
      let entry = fields.fields(row, name, line: member.line, allowed: ["close", "days"])
      guard let close = fields.read("close", of: entry, as: .clock, isRequired: true),
        let days = fields.read("days", of: entry, as: .days, isRequired: true)
      else { continue }
      for day in days { result[day] = close }
    }
    return result
  }
}
