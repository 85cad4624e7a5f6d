import Core

/// When a number counts as the expected one: if either bound holds.
package struct CaseTolerance: Hashable, Sendable {
  /// Largest absolute difference.
  package let absolute: Double
  /// Largest difference as a share of the larger of the two.
  package let relative: Double

  /// Bounds as given.
  package init(absolute: Double, relative: Double) {
    self.absolute = absolute
    self.relative = relative
  }

  /// That of performance figures: relative 1e-9. The absolute bound is what rounding leaves of a difference that should be 0.
  package static let figures = CaseTolerance(absolute: 1e-15, relative: 1e-9)

  /// Whether two numbers count as equal.
  package func allows(_ value: Double, expected: Double) -> Bool {
    if value == expected { return true }
    guard value.isFinite, expected.isFinite else { return false }
    let difference = abs(value - expected)
    return difference <= absolute || difference <= relative * max(abs(value), abs(expected))
  }
}

/// One value that is not what was expected.
package struct CaseMiss: Hashable, Sendable, CustomStringConvertible {
  /// Where, such as `p_spa.lower` or `logits[3]`.
  package let path: String
  /// What was computed; nil: nothing of that name.
  package let computed: String?
  /// What was expected.
  package let expected: String
  /// Both in one line.
  package var description: String { "\(path): computed \(computed ?? "nothing"), expected \(expected)" }
}

/// Compares computed values with expected ones.
package struct CaseComparison: Sendable {
  /// Most misses that are kept; the rest is counted.
  package static let keptMisses = 100
  private let tolerance: CaseTolerance
  /// Values compared.
  package private(set) var compared = 0
  /// Values that missed, kept or not.
  package private(set) var missCount = 0
  /// The first misses.
  package private(set) var misses: [CaseMiss] = []

  /// A comparison that has seen nothing.
  package init(tolerance: CaseTolerance) { self.tolerance = tolerance }

  /// Compares every member of an expected object with the field of its name.
  package mutating func compare(_ fields: [CaseField], with expected: [JSONTree.Member], at path: String = "") {
    for member in expected {
      let place = path.isEmpty ? member.key : "\(path).\(member.key)"
      guard let field = fields.first(where: { $0.name == member.key }) else {
        miss(place, nil, member.value)
        continue
      }
      compare(field.value, with: member.value, at: place)
    }
  }

  private mutating func compare(_ value: CaseValue, with expected: JSONTree, at path: String) {
    switch value {
    case .list(let values):
      guard let array = expected.array, array.count == values.count else { return miss(path, value, expected) }
      for (index, pair) in zip(values, array).enumerated() { compare(pair.0, with: pair.1, at: "\(path)[\(index)]") }
    case .fields(let fields):
      guard let members = expected.members else { return miss(path, value, expected) }
      compare(fields, with: members, at: path)
    case .number(let number):
      guard let wanted = Self.number(expected), tolerance.allows(number, expected: wanted) else {
        return miss(path, value, expected)
      }
      compared += 1
    case .rank(let number, let step):
      guard let wanted = Self.number(expected),
        [0, step, -step].contains(where: { tolerance.allows(number + $0, expected: wanted) })
      else { return miss(path, value, expected) }
      compared += 1
    case .count(let count):
      guard let wanted = Self.number(expected), wanted == Double(count) else { return miss(path, value, expected) }
      compared += 1
    case .text(let text):
      guard expected.string == text else { return miss(path, value, expected) }
      compared += 1
    case .flag(let flag):
      guard expected.bool == flag else { return miss(path, value, expected) }
      compared += 1
    case .undefined:
      guard expected.isNull else { return miss(path, value, expected) }
      compared += 1
    }
  }

  private static func number(_ tree: JSONTree) -> Double? {
    switch tree.string {
    case "inf": .infinity
    case "-inf": -.infinity
    default: tree.double
    }
  }

  private mutating func miss(_ path: String, _ value: CaseValue?, _ expected: JSONTree) {
    compared += 1
    missCount += 1
    guard misses.count < Self.keptMisses else { return }
    let text: String? =
      switch value {
      case .list(let values): "an array of \(values.count)"
      case .fields(let fields): "an object of \(fields.count)"
      case .some(let value): value.json
      case nil: nil
      }
    misses.append(CaseMiss(path: path, computed: text, expected: expected.isNull ? "null" : expected.summary))
  }
}
