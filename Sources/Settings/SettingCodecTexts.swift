import Core

extension SettingCodec where Value == String {
  /// One of some words.
  static func choice(_ words: [String]) -> Self {
    SettingCodec(
      type: "word", range: words.joined(separator: ", "),
      schema: ["type": .text("string"), "enum": .array(words.map { .text($0) })],
      parse: { raw in
        raw.word("one of \(words.joined(separator: ", "))").flatMap { text in
          if words.contains(text) { return .success(text) }
          let hint = EditDistance.nearest(to: text, among: words).map { "; the nearest is \($0)" } ?? ""
          return .failure(SettingProblem(message: "is none of the allowed words\(hint)"))
        }
      },
      text: { $0 }, json: { .text($0) })
  }

  /// The path of a directory; may be empty.
  static var path: Self {
    SettingCodec(
      type: "path", range: "", schema: ["type": .text("string"), "maxLength": .literal("1024")],
      parse: { raw in
        guard case .scalar(let text, let quoting) = raw else {
          return .failure(SettingProblem(message: "is not a path"))
        }
        if quoting == .plain, ["", "null", "~"].contains(text) {
          return .failure(SettingProblem(message: "has no value; write \"\" for none"))
        }
        guard text.utf8.count <= 1024, text.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) else {
          return .failure(SettingProblem(message: "is longer than 1024 bytes or has control characters"))
        }
        guard StrictYAML.problems(in: Array("path: \(quote(text))".utf8)).isEmpty else {
          return .failure(SettingProblem(message: "has a character that settings cannot hold: one of & * ! | >"))
        }
        return .success(text)
      },
      text: { quote($0) },
      json: { .text($0) })
  }

  /// The strict YAML of settings has no escapes: the quotes are those that the text does without.
  private static func quote(_ text: String) -> String {
    text.utf8.contains(34) || text.utf8.contains(92) ? "'\(text)'" : "\"\(text)\""
  }
}

extension SettingCodec where Value == [String] {
  /// Distinct symbols of simulated instruments.
  static func simulatedSymbols(atMost limit: Int) -> Self {
    SettingCodec(
      type: "list of symbols", range: "1...\(limit) symbols SIM-…",
      schema: [
        "type": .text("array"), "minItems": .literal("1"), "maxItems": .literal("\(limit)"), "uniqueItems": .bool(true),
        "items": .object(["type": .text("string"), "pattern": .text("^SIM-[A-Z0-9]{1,16}$")]),
      ],
      parse: { raw in
        let symbols: [String]
        switch raw {
        case .list(let texts): symbols = texts
        case .scalar(let text, .outsideFile):
          symbols = text.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
        case .scalar, .nested: return .failure(SettingProblem(message: "is not a list; write [SIM-BTC, SIM-ETH]"))
        }
        guard (1...limit).contains(symbols.count) else {
          return .failure(SettingProblem(message: "has \(symbols.count) symbols"))
        }
        if let wrong = symbols.first(where: { !isSimulatedSymbol($0) }) {
          let shown = SettingsError.printable(wrong)
          return .failure(
            SettingProblem(message: "\(shown) is not SIM- and 1 to 16 capital letters or digits", showsRange: false))
        }
        guard Set(symbols).count == symbols.count else {
          return .failure(SettingProblem(message: "has a symbol twice", showsRange: false))
        }
        return .success(symbols)
      },
      text: { "[\($0.joined(separator: ", "))]" }, json: { .array($0.map { .text($0) }) })
  }

  private static func isSimulatedSymbol(_ symbol: String) -> Bool {
    let name = symbol.utf8.dropFirst(4)
    return symbol.hasPrefix("SIM-") && (1...16).contains(name.count)
      && name.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
  }
}

extension SettingCodec where Value == Timeframe {
  /// A bar length such as `5m`.
  static func timeframe(_ lowest: Timeframe, _ highest: Timeframe) -> Self {
    SettingCodec(
      type: "bar length", range: "\(lowest)...\(highest)",
      schema: ["type": .text("string"), "pattern": .text("^[0-9]+[smhdw]$")],
      parse: { raw in
        raw.word("a bar length such as 5m").flatMap { text in
          guard let timeframe = Timeframe(text) else {
            return .failure(SettingProblem(message: "is not a bar length such as 30s, 5m, 1h or 1d"))
          }
          guard timeframe >= lowest, timeframe <= highest else {
            return .failure(SettingProblem(message: "is out of range"))
          }
          return .success(timeframe)
        }
      },
      text: { $0.description }, json: { .text($0.description) })
  }
}

extension RawSetting {
  /// The text of a word, which may be in quotes.
  func word(_ type: String) -> Result<String, SettingProblem> {
    if case .scalar(let text, .quoted) = self, !text.isEmpty { return .success(text) }
    return unquoted(type)
  }
}
