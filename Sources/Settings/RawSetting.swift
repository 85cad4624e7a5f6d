/// A value as it was written, before its type is known.
enum RawSetting {
  /// Plain or quoted text in a file, or a text from the environment or the command line (neither).
  case scalar(String, Quoting)
  case list([String])
  /// Something that no setting can be: a map, or a list of lists.
  case nested

  /// How a text was written.
  enum Quoting { case plain, quoted, outsideFile }

  init(_ value: YAMLValue) {
    switch value {
    case .scalar(let text, let isQuoted): self = .scalar(text, isQuoted ? .quoted : .plain)
    case .map: self = .nested
    case .list(let elements):
      var texts: [String] = []
      for element in elements {
        guard case .scalar(let text, _) = element else {
          self = .nested
          return
        }
        texts.append(text)
      }
      self = .list(texts)
    }
  }

  /// For error messages.
  var text: String {
    switch self {
    case .scalar(let text, _): text
    case .list(let texts): "[\(texts.joined(separator: ", "))]"
    case .nested: "…"
    }
  }
}

/// Why a value was refused.
struct SettingProblem: Error {
  var message: String
  /// Whether the allowed range helps.
  var showsRange = true
}
