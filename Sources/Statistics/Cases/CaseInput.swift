import Core

/// The `input` of a case, read by name. Every error names the field.
struct CaseInput {
  let tree: JSONTree

  init(_ tree: JSONTree) throws {
    guard tree.members != nil else { throw StatisticsError("is not an object") }
    self.tree = tree
  }

  func has(_ name: String) -> Bool { tree[name] != nil }

  private func member(_ name: String) throws -> JSONTree {
    guard let member = tree[name] else { throw StatisticsError("\(name): is missing") }
    return member
  }

  /// A finite number.
  func number(_ name: String) throws -> Double { try Self.number(try member(name), name) }

  private static func number(_ tree: JSONTree, _ name: String) throws -> Double {
    guard let value = tree.double, value.isFinite else {
      throw StatisticsError("\(name): \(tree.isNull ? "null" : tree.summary) is not a finite number")
    }
    return value
  }

  /// A whole number, also written as 20.0.
  func integer(_ name: String) throws -> Int {
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

  func text(_ name: String) throws -> String {
    guard let text = try member(name).string else { throw StatisticsError("\(name): is not a string") }
    return text
  }

  func numbers(_ name: String) throws -> [Double] { try Self.numbers(try member(name), name) }

  private static func numbers(_ tree: JSONTree, _ name: String) throws -> [Double] {
    guard let array = tree.array else { throw StatisticsError("\(name): is not an array") }
    return try array.enumerated().map { try number($1, "\(name)[\($0)]") }
  }

  /// A table by rows.
  func rows(_ name: String) throws -> [[Double]] {
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
