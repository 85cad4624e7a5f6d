import Foundation
import HRM

extension PolicyBench {
  /// The references as a session record has them; nil: there are none.
  package func encodedReferences() throws -> [UInt8]? {
    guard !references.isEmpty else { return nil }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(references))
  }

  /// Reads what `encodedReferences` wrote. Throws `DecodingError`.
  package static func references(from bytes: [UInt8]?) throws -> [String: PolicyReference] {
    try bytes.map { try JSONDecoder().decode([String: PolicyReference].self, from: Data($0)) } ?? [:]
  }
}
