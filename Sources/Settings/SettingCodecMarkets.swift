import Core

extension SettingCodec where Value == String {
  /// A name of a venue or the like.
  static var symbol: Self {
    SettingCodec(
      type: "name", range: "1 to 32 letters, digits, - and _", schema: ["type": .text("string")],
      parse: { raw in
        raw.word("a name").flatMap { text in
          let isName = text.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95
          }
          return isName && text.utf8.count <= 32 ? .success(text) : .failure(SettingProblem(message: "is not a name"))
        }
      },
      text: { $0 }, json: { .text($0) })
  }
}

extension SettingCodec where Value == [String] {
  /// Distinct words out of a few.
  static func words(_ allowed: [String]) -> Self {
    SettingCodec(
      type: "list of words", range: allowed.joined(separator: ", "), schema: ["type": .text("array")],
      parse: { raw in
        guard case .list(let texts) = raw, !texts.isEmpty else {
          return .failure(SettingProblem(message: "is not a list such as [\(allowed.joined(separator: ", "))]"))
        }
        guard texts.allSatisfy({ allowed.contains($0) }), Set(texts).count == texts.count else {
          return .failure(SettingProblem(message: "has a word that is not allowed, or one twice"))
        }
        return .success(texts)
      },
      text: { "[\($0.joined(separator: ", "))]" }, json: { .array($0.map { .text($0) }) })
  }
}

extension SettingCodec where Value == CalendarDay {
  /// A day such as `2024-03-01`.
  static var day: Self {
    SettingCodec(
      type: "day", range: "YYYY-MM-DD", schema: ["type": .text("string")],
      parse: { raw in
        raw.word("a day").flatMap { text in
          CalendarDay(text).map { .success($0) } ?? .failure(SettingProblem(message: "is not a day of the calendar"))
        }
      },
      text: { "\($0)" }, json: { .text("\($0)") })
  }
}

extension SettingCodec where Value == [CalendarDay] {
  /// A list of days.
  static var days: Self {
    SettingCodec(
      type: "list of days", range: "YYYY-MM-DD", schema: ["type": .text("array")],
      parse: { raw in
        guard case .list(let texts) = raw else { return .failure(SettingProblem(message: "is not a list of days")) }
        var days: [CalendarDay] = []
        for text in texts {
          guard let day = CalendarDay(text) else {
            return .failure(SettingProblem(message: "\(SettingsError.printable(text)) is not a day of the calendar"))
          }
          days.append(day)
        }
        return .success(days)
      },
      text: { "[\($0.map(\.description).joined(separator: ", "))]" }, json: { .array($0.map { .text("\($0)") }) })
  }
}

extension SettingCodec where Value == Int {
  /// A time of day such as `"09:30"`, in minutes.
  static var clock: Self {
    SettingCodec(
      type: "time of day", range: "\"00:00\"...\"23:59\"", schema: ["type": .text("string")],
      parse: { raw in
        raw.word("a time of day").flatMap { text in
          let parts = text.split(separator: ":", omittingEmptySubsequences: false)
          let areDigits = text.utf8.count == 5 && text.utf8.allSatisfy { (48...58).contains($0) }
          guard areDigits, parts.count == 2, parts[0].count == 2, let hour = Int(parts[0]), let minute = Int(parts[1]),
            hour < 24, minute < 60
          else { return .failure(SettingProblem(message: "is not a time of day")) }
          return .success(hour * 60 + minute)
        }
      },
      text: { "\($0 / 60):\($0 % 60)" }, json: { .literal("\($0)") })
  }
}

extension SettingCodec where Value == Rate {
  /// A rate given in basis points, -100 to 1,000: a negative one is a rebate.
  static var basisPoints: Self {
    let inBasisPoints = SettingCodec<Rate>.decimal("-100", "1000")
    return SettingCodec(
      type: "basis points", range: "-100...1000", schema: inBasisPoints.schema,
      parse: { raw in
        inBasisPoints.parse(raw).flatMap { rate in
          guard let raw = try? rate.raw.divided(by: 10_000, rounding: .exact) else {
            return .failure(SettingProblem(message: "has more than 5 decimals"))
          }
          return .success(Rate(raw: raw))
        }
      },
      text: { "\($0)" }, json: { .text("\($0)") })
  }
}
