import Core
import Digest
import Foundation
import HRM

/// How two policies differ: what their manifests say, and how far apart their weights are.
package struct PolicyDifference: Encodable, Sendable {
  /// A field of the manifests that differs.
  package struct Field: Encodable, Sendable {
    /// Name with dots.
    package var name: String
    /// What each says; nil: nothing.
    package var first: String?
    package var second: String?
  }

  /// A tensor that both have.
  package struct Weights: Encodable, Sendable {
    package var tensor: String
    /// Numbers in it.
    package var count: Int
    /// Norm of the difference over the norm of the first.
    package var relativeDifference: Double
    /// Largest difference of one number.
    package var largestDifference: Double
  }

  package var first: String
  package var second: String
  /// Fields that differ, by name.
  package var fields: [Field]
  /// Tensors of the same shape, those that differ most first; empty where the weights are the same.
  package var weights: [Weights]
  /// Norm of the difference of all those tensors over the norm of the first's; nil where there are none.
  package var relativeDifference: Double?
  /// Tensors that only one has, or that have different shapes.
  package var incomparable: [String]

  /// Whether nothing differs.
  package var isEmpty: Bool { fields.isEmpty && weights.isEmpty && incomparable.isEmpty }

  /// Compares two entries.
  ///
  /// - Throws: what reading the weights throws.
  package init(_ first: PolicyEntry, _ second: PolicyEntry) throws {
    self.first = first.path
    self.second = second.path
    let (left, right) = (try Self.fields(first.manifestBytes), try Self.fields(second.manifestBytes))
    fields = Set(left.keys).union(right.keys).sorted().compactMap { name in
      left[name] == right[name] ? nil : Field(name: name, first: left[name], second: right[name])
    }
    (weights, relativeDifference, incomparable) = ([], nil, [])
    guard first.weightsSHA256 != second.weightsSHA256, first.kind == .hrm, second.kind == .hrm else { return }
    let (ours, theirs) = (
      try ModelDirectory.weights(of: first.path).1, try ModelDirectory.weights(of: second.path).1
    )
    var squares = (difference: 0.0, first: 0.0)
    for name in Set(ours.keys).union(theirs.keys).sorted() {
      guard let one = ours[name], let other = theirs[name], one.shape == other.shape else {
        incomparable.append(name)
        continue
      }
      var sums = (difference: 0.0, first: 0.0), largest = 0.0
      for (a, b) in zip(one.floats(), other.floats()) {
        let difference = Double(a) - Double(b)
        sums.difference += difference * difference
        sums.first += Double(a) * Double(a)
        largest = max(largest, difference.magnitude)
      }
      squares.difference += sums.difference
      squares.first += sums.first
      guard largest > 0 else { continue }
      weights.append(
        Weights(
          tensor: name, count: one.shape.reduce(1, *), relativeDifference: Self.ratio(sums), largestDifference: largest)
      )
    }
    if incomparable.count < ours.count { relativeDifference = Self.ratio(squares) }
    weights.sort { ($1.relativeDifference, $0.tensor) < ($0.relativeDifference, $1.tensor) }
  }

  private static func ratio(_ squares: (difference: Double, first: Double)) -> Double {
    squares.difference == 0 ? 0 : (squares.difference / max(squares.first, 1e-300)).squareRoot()
  }

  /// The fields of a manifest by name with dots. Long lists of numbers stand as their length and a hash.
  private static func fields(_ bytes: [UInt8]) throws -> [String: String] {
    var fields: [String: String] = [:]
    func visit(_ value: JSONTree, _ name: String) {
      switch value {
      case .object(let members, _):
        for member in members { visit(member.value, name.isEmpty ? member.key : "\(name).\(member.key)") }
      case .array(let elements, let place):
        let hash = SHA256.hex(SHA256.digest(Array(bytes[place].filter { $0 > 32 }))).prefix(12)
        fields[name] = elements.isEmpty ? "[]" : "\(elements.count) elements \(hash)"
      default: fields[name] = value.summary
      }
    }
    visit(try JSONTree.parse(bytes), "")
    return fields
  }
}
