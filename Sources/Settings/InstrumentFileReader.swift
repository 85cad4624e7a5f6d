import Core

/// Reads `instruments.yaml`.
struct InstrumentFileReader {
  private static let ruleKeys = ["tick", "lot", "min_quantity", "min_notional", "maker_bps", "taker_bps"]
  private static let templateKeys = ["venue", "calendar", "shortable", "fee_asset"]
  private static let maximumInstruments = 4096
  private static let maximumRules = 256
  /// Default rules hold for any recorded data.
  private static let dawn = CalendarDay(year: 1800, month: 1, day: 1)!

  private var fields: FieldReader
  private var calendars: [String: TradingCalendar] = [:]

  static func read(_ bytes: [UInt8], file: String?) throws(SettingsErrors) -> InstrumentSettings {
    let name = file ?? "instruments.yaml inside the program"
    let document = try YAMLValue.read(bytes, file: name)
    var reader = InstrumentFileReader(fields: FieldReader(file: name))
    let result = reader.settings(document, file: file)
    guard reader.fields.errors.isEmpty, let result else { throw SettingsErrors(reader.fields.errors) }
    return result
  }

  private init(fields: FieldReader) { self.fields = fields }

  private mutating func settings(_ document: YAMLValue, file: String?) -> InstrumentSettings? {
    let root = fields.fields(
      document, "", line: 1, allowed: ["calendars", "kinds", "simulated", "unlisted", "instruments"])
    for section in ["calendars", "kinds", "simulated"] where root.members[section] == nil {
      fields.report(section, line: 1, "is missing")
    }
    for member in members(of: root, "calendars", allowed: nil) {
      calendars[member.key] = CalendarReader.read(member, with: &fields)
    }
    let names = InstrumentKind.allCases.map(\.rawValue)
    var kinds: [InstrumentKind: InstrumentSettings.Template] = [:]
    var given: Set<String> = []
    for member in members(of: root, "kinds", allowed: names) {
      given.insert(member.key)
      guard let kind = InstrumentKind(rawValue: member.key) else { continue }
      kinds[kind] = flatTemplate(member, "kinds.\(member.key)", kind: kind)
    }
    for name in names where root.members["kinds"] != nil && !given.contains(name) {
      fields.report("kinds.\(name)", line: root.members["kinds"]?.line ?? 1, "is missing")
    }
    let simulated = root.members["simulated"].flatMap { flatTemplate($0, "simulated", kind: nil) }
    let unlisted = root.members["unlisted"].flatMap { flatTemplate($0, "unlisted", kind: nil) }
    var named: [String: InstrumentSettings.Template] = [:]
    let list = members(of: root, "instruments", allowed: nil)
    if list.count > Self.maximumInstruments {
      fields.report("instruments", line: 1, "has more than \(Self.maximumInstruments) instruments")
    }
    for member in list.prefix(Self.maximumInstruments) { named[member.key] = namedTemplate(member, kinds) }
    guard fields.errors.isEmpty, let simulated else { return nil }
    return InstrumentSettings(
      kinds: kinds, simulated: simulated, unlisted: unlisted, named: named, calendars: calendars, file: file)
  }

  /// The members of a section in the order of the file.
  private mutating func members(
    of root: FieldReader.Fields, _ name: String, allowed: [String]?
  ) -> [YAMLValue.Member] {
    guard let member = root.members[name] else { return [] }
    let found = fields.fields(member.value, name, line: member.line, allowed: allowed)
    return found.members.values.sorted { $0.line < $1.line }
  }

  /// A template whose one rule stands among its other fields.
  private mutating func flatTemplate(
    _ member: YAMLValue.Member, _ name: String, kind: InstrumentKind?
  ) -> InstrumentSettings.Template? {
    let allowed = Self.templateKeys + Self.ruleKeys + (kind == nil ? ["kind"] : [])
    let found = fields.fields(member.value, name, line: member.line, allowed: allowed)
    let before = fields.errors.count
    let kind = kind ?? readKind(found)
    let venue = fields.read("venue", of: found, as: .symbol, isRequired: true)
    let calendar = readCalendar(found, isRequired: true)
    let isShortable = fields.read("shortable", of: found, as: .bool, isRequired: true)
    let feeAsset = readFeeAsset(found)
    let rules = readRules(found, from: Self.dawn, previous: nil)
    guard fields.errors.count == before, let kind, let venue, let calendar, let isShortable, let rules else {
      return nil
    }
    return InstrumentSettings.Template(
      kind: kind, venue: venue, calendar: calendar, isShortable: isShortable, rules: [rules],
      feeAsset: feeAsset ?? .quote)
  }

  /// A named instrument: what is left out is its kind's.
  private mutating func namedTemplate(
    _ member: YAMLValue.Member, _ kinds: [InstrumentKind: InstrumentSettings.Template]
  ) -> InstrumentSettings.Template? {
    let name = "instruments.\(member.key)"
    let found = fields.fields(member.value, name, line: member.line, allowed: ["kind", "rules"] + Self.templateKeys)
    if member.key.hasPrefix("SIM-") {
      fields.report(name, line: member.line, "symbols with SIM- are simulated; change the section simulated")
    }
    guard let kind = readKind(found), var template = kinds[kind], let base = template.rules.first else { return nil }
    if let venue = fields.read("venue", of: found, as: .symbol) { template.venue = venue }
    if let calendar = readCalendar(found, isRequired: false) { template.calendar = calendar }
    if let isShortable = fields.read("shortable", of: found, as: .bool) { template.isShortable = isShortable }
    if let feeAsset = readFeeAsset(found) { template.feeAsset = feeAsset }
    guard let rules = found.members["rules"] else {
      fields.report("\(name).rules", line: found.line, "is missing")
      return nil
    }
    guard case .list(let items) = rules.value, (1...Self.maximumRules).contains(items.count) else {
      fields.report("\(name).rules", line: rules.line, "is not a list of 1 to \(Self.maximumRules) dated rules")
      return nil
    }
    template.rules = datedRules(items, "\(name).rules", line: rules.line, base: base)
    return template.rules.isEmpty ? nil : template
  }

  private mutating func datedRules(
    _ items: [YAMLValue], _ name: String, line: Int, base: InstrumentRules
  ) -> [InstrumentRules] {
    var result: [InstrumentRules] = []
    var lastDay: CalendarDay?
    for item in items {
      // A map knows the line of its first key.
      var itemLine = line
      if case .map(let members) = item, let first = members.first { itemLine = first.line }
      let found = fields.fields(item, name, line: itemLine, allowed: ["from"] + Self.ruleKeys)
      guard let from = fields.read("from", of: found, as: .day, isRequired: true) else { continue }
      if let lastDay, from <= lastDay {
        fields.report("\(name).from", line: itemLine, "is not after the rule before it", value: "\(from)")
      }
      lastDay = from
      if let rules = readRules(found, from: from, previous: result.last ?? base) { result.append(rules) }
    }
    return result
  }

  private mutating func readKind(_ found: FieldReader.Fields) -> InstrumentKind? {
    fields.read("kind", of: found, as: .choice(InstrumentKind.allCases.map(\.rawValue)), isRequired: true)
      .flatMap { InstrumentKind(rawValue: $0) }
  }

  private mutating func readFeeAsset(_ found: FieldReader.Fields) -> FeeAsset? {
    fields.read("fee_asset", of: found, as: .choice(FeeAsset.allCases.map(\.rawValue)))
      .flatMap { FeeAsset(rawValue: $0) }
  }

  private mutating func readCalendar(_ found: FieldReader.Fields, isRequired: Bool) -> TradingCalendar? {
    fields.read("calendar", of: found, as: .choice(calendars.keys.sorted()), isRequired: isRequired)
      .flatMap { calendars[$0] }
  }

  private mutating func readRules(
    _ found: FieldReader.Fields, from: CalendarDay, previous: InstrumentRules?
  ) -> InstrumentRules? {
    let isRequired = previous == nil
    let before = fields.errors.count
    let tick: Price? = fields.read("tick", of: found, as: .decimal("0.000000001", "1000000"), isRequired: isRequired)
    let lot: Quantity? = fields.read("lot", of: found, as: .decimal("0.000000001", "1000000"), isRequired: isRequired)
    let minimum: Quantity? = fields.read(
      "min_quantity", of: found, as: .decimal("0", "1000000"), isRequired: isRequired)
    let notional: Money? = fields.read(
      "min_notional", of: found, as: .decimal("0", "1000000000"), isRequired: isRequired)
    let maker: Rate? = fields.read("maker_bps", of: found, as: .basisPoints, isRequired: isRequired)
    let taker: Rate? = fields.read("taker_bps", of: found, as: .basisPoints, isRequired: isRequired)
    guard fields.errors.count == before, let tick = tick ?? previous?.tick, let lot = lot ?? previous?.lot,
      let minimum = minimum ?? previous?.minimumQuantity, let notional = notional ?? previous?.minimumNotionalQuote,
      let maker = maker ?? previous?.makerFee, let taker = taker ?? previous?.takerFee
    else { return nil }
    guard minimum.isMultiple(of: lot) else {
      fields.report(
        "\(found.name).min_quantity", line: found.line, "is not a multiple of the lot \(lot)", value: "\(minimum)")
      return nil
    }
    guard maker.raw + taker.raw >= 0 else {
      fields.report("\(found.name).maker_bps", line: found.line, "a rebate above the taker fee", value: "\(maker)")
      return nil
    }
    return InstrumentRules(
      effectiveFrom: from.start, tick: tick, lot: lot, minimumQuantity: minimum, minimumNotionalQuote: notional,
      makerFee: maker, takerFee: taker)
  }
}
