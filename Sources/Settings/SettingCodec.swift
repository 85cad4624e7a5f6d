import Core

/// Reads, checks and writes the values of one type.
struct SettingCodec<Value: Sendable>: Sendable {
  /// Type in words, for example `integer`.
  var type: String
  /// Allowed values in words, for example `1...16`.
  var range: String
  /// Members of the JSON schema.
  var schema: [String: JSONTree]
  var parse: @Sendable (RawSetting) -> Result<Value, SettingProblem>
  /// The value as it is written in YAML.
  var text: @Sendable (Value) -> String
  /// The value in the canonical form that is hashed.
  var json: @Sendable (Value) -> JSONTree
}

extension RawSetting {
  /// The text of a number, a flag or the like, which must not be in quotes.
  func unquoted(_ type: String) -> Result<String, SettingProblem> {
    switch self {
    case .scalar("", _): .failure(SettingProblem(message: "has no value; expected \(type)"))
    case .scalar(_, .quoted): .failure(SettingProblem(message: "is text; expected \(type), without quotes"))
    case .scalar("null", _), .scalar("~", _):
      .failure(SettingProblem(message: "must have a value; expected \(type)"))
    case .scalar(let text, _): .success(text)
    case .list: .failure(SettingProblem(message: "is a list; expected \(type)"))
    case .nested: .failure(SettingProblem(message: "is a section; expected \(type)"))
    }
  }
}

extension SettingCodec {
  /// A codec of a value that may be `null`.
  func optional() -> SettingCodec<Value?> {
    SettingCodec<Value?>(
      type: "\(type) or null", range: "\(range) or null",
      schema: [
        "anyOf": .array([
          .object(schema), .object(["type": .text("null")]),
        ])
      ],
      parse: { raw in
        switch raw {
        case .scalar("null", .plain), .scalar("null", .outsideFile): .success(nil)
        default: parse(raw).map { $0 }
        }
      },
      text: { $0.map(text) ?? "null" },
      json: { $0.map(json) ?? .null })
  }
}

extension SettingCodec where Value == Bool {
  /// `true` or `false`.
  static var bool: Self {
    SettingCodec(
      type: "true or false", range: "", schema: ["type": .text("boolean")],
      parse: { raw in
        raw.unquoted("true or false").flatMap { text in
          switch text {
          case "true": .success(true)
          case "false": .success(false)
          default: .failure(SettingProblem(message: "is neither true nor false"))
          }
        }
      },
      text: { $0 ? "true" : "false" }, json: { .bool($0) })
  }
}

extension SettingCodec where Value: FixedWidthInteger & Sendable {
  /// A whole number in a range, in decimal digits.
  static func integer(_ range: ClosedRange<Value>) -> Self {
    SettingCodec(
      type: "whole number", range: "\(range.lowerBound)...\(range.upperBound)",
      schema: [
        "type": .text("integer"), "minimum": .literal("\(range.lowerBound)"),
        "maximum": .literal("\(range.upperBound)"),
      ],
      parse: { raw in raw.unquoted("a whole number").flatMap { Self.parse($0, range) } },
      text: { "\($0)" }, json: { .literal("\($0)") })
  }

  private static func parse(_ text: String, _ range: ClosedRange<Value>) -> Result<Value, SettingProblem> {
    let digits = text.utf8.first == 45 ? text.utf8.dropFirst() : text.utf8[...]
    // No sign, base, exponent or separator: 010 is eight to some readers of YAML, and 1_000 is text to others.
    guard !digits.isEmpty, digits.allSatisfy({ $0 >= 48 && $0 <= 57 }), digits.first != 48 || digits.count == 1 else {
      return .failure(SettingProblem(message: "is not a whole number in plain decimal digits"))
    }
    guard let value = Value(text), range.contains(value) else {
      return .failure(SettingProblem(message: "is out of range"))
    }
    return .success(value)
  }
}

extension SettingCodec where Value: FixedPoint {
  /// An exact decimal in a range given as decimal text.
  static func decimal(_ lowest: String, _ highest: String) -> Self {
    guard let low = try? Value(lowest), let high = try? Value(highest), low <= high else {
      preconditionFailure("the schema has no range \(lowest)...\(highest)")
    }
    return SettingCodec(
      type: "decimal number", range: "\(low)...\(high)",
      schema: ["type": .text("number"), "minimum": .literal("\(low)"), "maximum": .literal("\(high)")],
      parse: { raw in
        raw.unquoted("a decimal number").flatMap { text in
          Self.parse(text).flatMap { value in
            value < low || value > high ? .failure(SettingProblem(message: "is out of range")) : .success(value)
          }
        }
      },
      text: { $0.description }, json: { .text($0.description) })
  }

  private static func parse(_ text: String) -> Result<Value, SettingProblem> {
    do {
      return .success(try Value(text))
    } catch DecimalError.tooManyDecimals {
      return .failure(SettingProblem(message: "has more than \(Value.fractionDigits) decimals", showsRange: false))
    } catch DecimalError.overflow {
      return .failure(SettingProblem(message: "is out of range"))
    } catch {
      if text.hasSuffix("%") {
        return .failure(SettingProblem(message: "is a percentage; write 3 % as 0.03"))
      }
      return .failure(SettingProblem(message: "is not a finite decimal number"))
    }
  }
}

extension SettingCodec where Value == Double {
  /// A floating-point number in a range: for the network's arithmetic, never for money.
  static func number(_ range: ClosedRange<Double>) -> Self {
    SettingCodec(
      type: "number", range: "\(range.lowerBound)...\(range.upperBound)",
      schema: [
        "type": .text("number"), "minimum": .literal("\(range.lowerBound)"), "maximum": .literal("\(range.upperBound)"),
      ],
      parse: { raw in
        raw.unquoted("a number").flatMap { text in
          let allowed = text.utf8.allSatisfy { (48...57).contains($0) || [43, 45, 46, 69, 101].contains($0) }
          guard allowed, let value = Double(text), value.isFinite else {
            return .failure(SettingProblem(message: "is not a finite number"))
          }
          return range.contains(value) ? .success(value) : .failure(SettingProblem(message: "is out of range"))
        }
      },
      text: { "\($0)" }, json: { .literal("\($0)") })
  }
}
