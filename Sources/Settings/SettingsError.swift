/// Where a value came from.
public enum SettingOrigin: Hashable, Sendable {
  case `default`
  /// A line of the settings file, counted from 1.
  case file(line: Int)
  /// An environment variable.
  case environment(name: String)
  /// The command line.
  case flag
}

/// One thing that is wrong with the settings.
public struct SettingsError: Error, Hashable, Sendable {
  /// File, or nil when the value came from elsewhere.
  public var file: String?
  /// Where the value was written.
  public var origin: SettingOrigin
  /// Full name, for example `risk.max_drawdown`; empty when the whole file is meant.
  public var key: String
  /// What was written; nil when there is no single value.
  public var value: String?
  /// What is wrong and how to put it right.
  public var problem: String
  /// Allowed range, for example `1...16`; empty when it does not help.
  public var range = ""
  /// The nearest name that exists.
  public var suggestion: String?

  /// An error as given.
  public init(
    file: String?, origin: SettingOrigin, key: String, value: String?, problem: String, range: String = "",
    suggestion: String? = nil
  ) {
    self.file = file
    self.origin = origin
    self.key = key
    self.value = value
    self.problem = problem
    self.range = range
    self.suggestion = suggestion
  }
}

extension SettingsError: CustomStringConvertible {
  /// `file:line: section.key = value: what is wrong (range 1...16); did you mean section.other?`
  public var description: String {
    var text = ""
    switch origin {
    case .file(let line): text = "\(Self.printable(file ?? "settings")):\(line): "
    case .environment(let name): text = "\(Self.printable(name)): "
    case .flag: text = "command line: "
    case .default: text = file.map { "\(Self.printable($0)): " } ?? ""
    }
    if !key.isEmpty {
      text += Self.printable(key)
      if let value { text += " = \(value.isEmpty ? "\"\"" : Self.printable(value))" }
      text += ": "
    }
    text += problem
    if !range.isEmpty { text += " (range \(range))" }
    if let suggestion { text += "; did you mean \(suggestion)?" }
    return text
  }

  /// The text cut to 80 characters, control and formatting characters escaped: a settings value must not forge a log
  /// line.
  package static func printable(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars.prefix(80) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return text.unicodeScalars.count > 80 ? result + "…" : result
  }
}

/// Everything that is wrong with the settings, at once.
public struct SettingsErrors: Error, Hashable, Sendable, CustomStringConvertible {
  /// At most this many errors are kept.
  public static let capacity = 100
  /// The errors, file first in the order of its lines, then environment, then command line.
  public let errors: [SettingsError]
  /// Errors beyond the capacity.
  public let omitted: Int

  /// The first `capacity` of `errors`.
  public init(_ errors: [SettingsError]) {
    self.errors = Array(errors.prefix(Self.capacity))
    omitted = errors.count - self.errors.count
  }

  /// One error a line.
  public var description: String {
    let lines = errors.map(\.description) + (omitted > 0 ? ["and \(omitted) more errors"] : [])
    return lines.joined(separator: "\n")
  }
}
