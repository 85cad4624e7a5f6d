import Core

/// The `input` of a case, read by name. Every error names the field.
package struct CaseInput: Sendable {
  /// The object as read.
  package let tree: JSONTree

  /// Throws unless it is an object.
  package init(_ tree: JSONTree) throws {
    guard tree.members != nil else { throw StatisticsError("is not an object") }
    self.tree = tree
  }

  /// Whether there is a member of a name.
  package func has(_ name: String) -> Bool { tree[name] != nil }

  private func member(_ name: String) throws -> JSONTree {
    guard let member = tree[name] else { throw StatisticsError("\(name): is missing") }
    return member
  }

  /// A finite number.
  package func number(_ name: String) throws -> Double { try Self.number(try member(name), name) }

  /// A finite number that stands at a place with a name.
  package static func number(_ tree: JSONTree, _ name: String) throws -> Double {
    guard let value = tree.double, value.isFinite else {
      throw StatisticsError("\(name): \(tree.isNull ? "null" : tree.summary) is not a finite number")
    }
    return value
  }

  /// A whole number, also written as 20.0.
  package func integer(_ name: String) throws -> Int {
    let value = try number(name)
    guard let whole = Int(exactly: value) else { throw StatisticsError("\(name): \(value) is not a whole number") }
    return whole
  }

  /// A seed: 0 to 2^64 - 1, as a string or as a number.
  func seed() throws -> UInt64 {
    let tree = try member("seed")
    guard let seed = tree.unsigned ?? tree.string.flatMap({ UInt64($0) }) else {
      throw StatisticsError("seed: \(tree.summary) is not a whole number of 64 bits")
    }
    return seed
  }

  /// A string.
  package func text(_ name: String) throws -> String {
    guard let text = try member(name).string else { throw StatisticsError("\(name): is not a string") }
    return text
  }

  /// An array of finite numbers.
  package func numbers(_ name: String) throws -> [Double] { try Self.numbers(try member(name), name) }

  private static func numbers(_ tree: JSONTree, _ name: String) throws -> [Double] {
    guard let array = tree.array else { throw StatisticsError("\(name): is not an array") }
    return try array.enumerated().map { try number($1, "\(name)[\($0)]") }
  }

  /// A table by rows.
  package func rows(_ name: String) throws -> [[Double]] {
    guard let array = try member(name).array else { throw StatisticsError("\(name): is not an array") }
    return try array.enumerated().map { try Self.numbers($1, "\(name)[\($0)]") }
  }

  /// Labels: strings, or whatever else stands there as its text.
  func labels(_ name: String) throws -> [String] { try Self.labels(try member(name), name) }

  private static func labels(_ tree: JSONTree, _ name: String) throws -> [String] {
    guard let array = tree.array else { throw StatisticsError("\(name): is not an array") }
    return try array.enumerated().map { index, label in
      switch label {
      case .string(let text), .number(let text): return text
      case .bool(let flag): return "\(flag)"
      default: throw StatisticsError("\(name)[\(index)]: is not a label")
      }
    }
  }

  func labelRows(_ name: String) throws -> [[String]] {
    guard let array = try member(name).array else { throw StatisticsError("\(name): is not an array") }
    return try array.enumerated().map { index, row in
      guard let labels = row.array else { throw StatisticsError("\(name)[\(index)]: is not an array") }
      // Nobody's label is a gap.
      return try Self.labels(.array(labels.filter { !$0.isNull }, place: 0..<0), "\(name)[\(index)]")
    }
  }
}
