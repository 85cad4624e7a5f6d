import Foundation

/// The 32 recorded answers of the network, which must come out again before it may decide.
struct MLPVectors: Decodable, Sendable {
  let observations: [[Float]]
  let logits: [[Double]]
  let values: [Double]
  let argmax: [Int]
  /// What the action acts as; nil where the position input is no position.
  let effective_action: [Int?]

  static let fileName = "vectors-policy.json"
  static let count = 32
  /// Largest absolute deviation allowed.
  static let tolerance = 2e-5

  /// The vectors in `directory`; nil when it has none. Throws `PolicyError.unavailable`.
  static func load(_ directory: String) throws -> MLPVectors? {
    let path = "\(directory)/\(fileName)"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let bytes = try PolicyError.bytes(of: path, limit: 1 << 20)
    do { return try JSONDecoder().decode(MLPVectors.self, from: Data(bytes)) } catch {
      throw PolicyError.unavailable("\(path) is damaged: \(String(describing: error).prefix(300))")
    }
  }

  /// Throws `PolicyError.unavailable` naming the first vector that does not come out.
  func check(_ network: MLPNetwork) throws {
    let counts = [observations.count, logits.count, values.count, argmax.count, effective_action.count]
    guard counts.allSatisfy({ $0 == Self.count }), observations.allSatisfy({ $0.count == 16 }),
      logits.allSatisfy({ $0.count == 5 })
    else { throw PolicyError.unavailable("\(Self.fileName) does not hold \(Self.count) vectors") }
    for index in 0..<Self.count {
      let got = network.logits(observations[index])
      let value = network.value(observations[index])
      let pairs = zip(got + [value], logits[index] + [values[index]])
      // Written so that a NaN on either side fails.
      guard pairs.allSatisfy({ abs($0 - $1) <= Self.tolerance }) else {
        throw PolicyError.unavailable("\(Self.fileName): vector \(index) does not come out of the weights")
      }
      let best = MLPPolicy.argmax(got)
      guard best == argmax[index], effectiveAction(best, index) == effective_action[index] else {
        throw PolicyError.unavailable("\(Self.fileName): vector \(index) gives action \(best), not \(argmax[index])")
      }
    }
  }

  private func effectiveAction(_ best: Int, _ index: Int) -> Int? {
    let legal: [Int]
    switch observations[index][13] {
    case 0: legal = [0, 1, 4]
    case 1: legal = [2, 4]
    case -1: legal = [3, 4]
    default: return nil
    }
    return legal.contains(best) ? best : 4
  }
}
