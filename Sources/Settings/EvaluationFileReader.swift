import Core

/// Reads `evaluation.yaml`.
struct EvaluationFileReader {
  private static let keys = [
    "markets", "group_by", "timeframes", "max_instruments", "min_bars", "unseen_data", "training_overlap",
    "embargo_days", "cash", "position_share", "notional", "limits", "cost_factors", "seeds", "bootstrap_draws",
    "pbo_blocks", "seed", "ablations", "mlp_directory", "linear_history_bars",
  ]
  private static let marketKeys = [
    "name", "asset_classes", "folders", "asset_class", "from", "to", "fee_bps", "slippage_bps",
  ]
  private static let maximumMarkets = 64

  private var fields: FieldReader

  static func read(_ bytes: [UInt8], file: String) throws(SettingsErrors) -> EvaluationSettings {
    let document = try YAMLValue.read(bytes, file: file)
    var reader = EvaluationFileReader(fields: FieldReader(file: file))
    let result = reader.settings(document)
    guard reader.fields.errors.isEmpty else { throw SettingsErrors(reader.fields.errors) }
    return result
  }

  private mutating func settings(_ document: YAMLValue) -> EvaluationSettings {
    var result = EvaluationSettings()
    let root = fields.fields(document, "", line: 1, allowed: Self.keys)
    readData(root, &result)
    readAccount(root, &result)
    readStatistics(root, &result)
    if let member = root.members["markets"] { result.markets = markets(member) }
    return result
  }

  private mutating func readData(_ root: FieldReader.Fields, _ result: inout EvaluationSettings) {
    let keys = EvaluationSettings.Key.allCases.map(\.rawValue)
    if let names = fields.read("group_by", of: root, as: .words(keys)) {
      result.groupBy = names.compactMap(EvaluationSettings.Key.init)
    }
    if let texts = fields.read("timeframes", of: root, as: .labels(atMost: 32)) {
      result.timeframes = texts.compactMap { text in
        if let timeframe = Timeframe(text) { return timeframe }
        fields.report(
          "timeframes", line: root.members["timeframes"]?.line ?? 1, "is no bar length such as 5m, 1h or 1d",
          value: text)
        return nil
      }
    }
    set(&result.maxInstruments, "max_instruments", root, .integer(0...100_000))
    set(&result.minBars, "min_bars", root, .integer(10...1_000_000))
    set(&result.embargoDays, "embargo_days", root, .integer(0...3650))
    set(&result.linearHistoryBars, "linear_history_bars", root, .integer(600...1_000_000))
    if let word = fields.read("unseen_data", of: root, as: .choice(["whole", "span"])) {
      result.usesUnseenWhole = word == "whole"
    }
    if let word = fields.read("training_overlap", of: root, as: .choice(["cut", "refuse"])) {
      result.refusesOverlap = word == "refuse"
    }
  }

  private mutating func readAccount(_ root: FieldReader.Fields, _ result: inout EvaluationSettings) {
    set(&result.cashQuote, "cash", root, .decimal("1", "1000000000"))
    set(&result.positionShare, "position_share", root, .decimal("0.01", "1"))
    set(&result.notionalQuote, "notional", root, SettingCodec<Money>.decimal("1", "1000000000").optional())
    if let word = fields.read("limits", of: root, as: .choice(["none", "default"])) {
      result.hasLimits = word != "none"
    }
    guard let texts = fields.read("cost_factors", of: root, as: .labels(atMost: 4)) else { return }
    let line = root.members["cost_factors"]?.line ?? 1
    let tenths = texts.compactMap { text -> Int? in
      guard let factor = try? Rate(text), factor.raw % (Rate.unit / 10) == 0, (0...10 * Rate.unit).contains(factor.raw)
      else {
        fields.report("cost_factors", line: line, "is no factor from 0 to 10 in steps of 0.1", value: text)
        return nil
      }
      return Int(factor.raw / (Rate.unit / 10))
    }
    if tenths.isEmpty || Set(tenths).count != tenths.count {
      fields.report("cost_factors", line: line, "must name at least one factor, and none twice")
    }
    result.costTenths = tenths
  }

  private mutating func readStatistics(_ root: FieldReader.Fields, _ result: inout EvaluationSettings) {
    set(&result.seeds, "seeds", root, .integer(1...50))
    set(&result.draws, "bootstrap_draws", root, .integer(100...100_000))
    set(&result.seed, "seed", root, .integer(0...UInt64.max))
    set(&result.hasAblations, "ablations", root, .bool)
    set(&result.mlpDirectory, "mlp_directory", root, .path)
    guard let blocks = fields.read("pbo_blocks", of: root, as: .integer(4...18)) else { return }
    if blocks % 2 != 0 {
      fields.report("pbo_blocks", line: root.members["pbo_blocks"]?.line ?? 1, "must be even", value: "\(blocks)")
    }
    result.blocks = blocks
  }

  private mutating func set<Value>(
    _ place: inout Value, _ key: String, _ found: FieldReader.Fields, _ codec: SettingCodec<Value>
  ) {
    if let value = fields.read(key, of: found, as: codec) { place = value }
  }

  // MARK: - Markets

  private mutating func markets(_ member: YAMLValue.Member) -> [EvaluationSettings.Market] {
    guard case .list(let items) = member.value, (1...Self.maximumMarkets).contains(items.count) else {
      fields.report("markets", line: member.line, "is not a list of 1 to \(Self.maximumMarkets) markets")
      return []
    }
    var result: [EvaluationSettings.Market] = []
    for item in items {
      var line = member.line
      if case .map(let members) = item, let first = members.first { line = first.line }
      guard let market = market(item, line: line) else { continue }
      if result.contains(where: { $0.name == market.name }) {
        fields.report("markets.name", line: line, "is there twice", value: market.name)
      }
      result.append(market)
    }
    return result
  }

  private mutating func market(_ item: YAMLValue, line: Int) -> EvaluationSettings.Market? {
    let found = fields.fields(item, "markets", line: line, allowed: Self.marketKeys)
    guard let name = fields.read("name", of: found, as: .symbol, isRequired: true) else { return nil }
    var market = EvaluationSettings.Market(name: name)
    set(&market.assetClasses, "asset_classes", found, .labels(atMost: 64))
    set(&market.folders, "folders", found, .labels(atMost: 64))
    set(&market.assetClass, "asset_class", found, SettingCodec<String>.symbol.optional())
    set(&market.from, "from", found, SettingCodec<CalendarDay>.day.optional())
    set(&market.to, "to", found, SettingCodec<CalendarDay>.day.optional())
    set(&market.fee, "fee_bps", found, .basisPoints)
    set(&market.slippage, "slippage_bps", found, .basisPoints)
    if market.slippage.isNegative { fields.report("markets.slippage_bps", line: line, "must not be negative") }
    if let from = market.from, let to = market.to, to <= from {
      fields.report("markets.to", line: line, "is not after from", value: "\(to)")
    }
    return market
  }
}

extension SettingCodec where Value == [String] {
  /// Distinct texts of 1 to 64 bytes each.
  fileprivate static func labels(atMost limit: Int) -> Self {
    SettingCodec(
      type: "list", range: "at most \(limit) texts", schema: ["type": .text("array")],
      parse: { raw in
        guard case .list(let texts) = raw, texts.count <= limit else {
          return .failure(SettingProblem(message: "is not a list of at most \(limit) texts"))
        }
        guard texts.allSatisfy({ (1...64).contains($0.utf8.count) }), Set(texts).count == texts.count else {
          return .failure(SettingProblem(message: "has a text that is empty, too long, or there twice"))
        }
        return .success(texts)
      },
      text: { "[\($0.joined(separator: ", "))]" }, json: { .array($0.map { .text($0) }) })
  }
}
