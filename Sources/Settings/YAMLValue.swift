import Yams

/// A YAML text as a tree with line numbers.
indirect enum YAMLValue {
  case scalar(String, isQuoted: Bool)
  case list([YAMLValue])
  case map([Member])

  /// A key and its value.
  struct Member {
    var key: String
    /// Line of the key, counted from 1.
    var line: Int
    var value: YAMLValue
  }

  private static let maximumDepth = 8

  /// Reads a text; an empty one is an empty map.
  static func read(_ bytes: [UInt8], file: String) throws(SettingsErrors) -> YAMLValue {
    let problems = StrictYAML.problems(in: bytes)
    guard problems.isEmpty else {
      throw SettingsErrors(problems.map { error($0.message, line: $0.line, file: file) })
    }
    do {
      // Only `compose`: the typed and untyped loaders of the library expand aliases.
      let text = String(decoding: bytes, as: UTF8.self)
      guard let node = try Parser(yaml: text, encoding: .utf8).singleRoot() else { return .map([]) }
      return try convert(node, depth: 0)
    } catch let problem as StrictYAML.Problem {
      throw SettingsErrors([error(problem.message, line: problem.line, file: file)])
    } catch {
      let (message, line) = describe(error)
      throw SettingsErrors([Self.error(message, line: line, file: file)])
    }
  }

  private static func error(_ message: String, line: Int, file: String) -> SettingsError {
    SettingsError(file: file, origin: .file(line: line), key: "", value: nil, problem: message)
  }

  private static func convert(_ node: Node, depth: Int) throws(StrictYAML.Problem) -> YAMLValue {
    let line = node.mark?.line ?? 1
    guard depth <= maximumDepth else { throw StrictYAML.Problem(line: line, message: "nested too deeply") }
    switch node {
    case .scalar(let scalar):
      guard scalar.anchor == nil else { throw StrictYAML.Problem(line: line, message: "anchors are not allowed") }
      return .scalar(scalar.string, isQuoted: scalar.style == .singleQuoted || scalar.style == .doubleQuoted)
    case .sequence(let sequence):
      guard sequence.anchor == nil else { throw StrictYAML.Problem(line: line, message: "anchors are not allowed") }
      var elements: [YAMLValue] = []
      for element in sequence { elements.append(try convert(element, depth: depth + 1)) }
      return .list(elements)
    case .mapping(let mapping):
      guard mapping.anchor == nil else { throw StrictYAML.Problem(line: line, message: "anchors are not allowed") }
      var members: [Member] = []
      for (key, value) in mapping {
        guard case .scalar(let name) = key else {
          throw StrictYAML.Problem(line: line, message: "a key must be a name")
        }
        let converted = try convert(value, depth: depth + 1)
        members.append(Member(key: name.string, line: key.mark?.line ?? line, value: converted))
      }
      return .map(members)
    case .alias: throw StrictYAML.Problem(line: line, message: "aliases are not allowed")
    }
  }

  private static func describe(_ error: any Error) -> (message: String, line: Int) {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return ("not YAML: \(problem)", mark.line)
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.map { SettingsError.printable($0) }.joined(separator: ", ")
      return ("written twice: \(names); keep one", context.mark.line)
    default: return ("not YAML", 1)
    }
  }
}
