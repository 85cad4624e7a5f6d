import Digest
import Foundation
import HRM

/// The archived actor and critic: two trunks of two tanh layers each. Computes in double precision from the float32
/// weights, as the reference that made the vectors does.
struct MLPNetwork: Sendable {
  /// One layer, stored `[in][out]` so that the inner loop runs over outputs and needs no reduction.
  private struct Layer: Sendable {
    let weights: [Double]
    let bias: [Double]

    init(_ file: SafetensorsFile, _ name: String) throws {
      guard let weight = file["\(name).weight"], let bias = file["\(name).bias"] else {
        throw PolicyError.unavailable("tensor \(name) is missing")
      }
      let (outputs, inputs) = (weight.shape[0], weight.shape[1])
      var transposed = [Double](repeating: 0, count: outputs * inputs)
      for output in 0..<outputs {
        for input in 0..<inputs {
          transposed[input * outputs + output] = Double(weight.values[output * inputs + input])
        }
      }
      weights = transposed
      self.bias = bias.values.map(Double.init)
    }

    func callAsFunction(_ input: [Double]) -> [Double] {
      var sums = bias
      let outputs = bias.count
      sums.withUnsafeMutableBufferPointer { sums in
        weights.withUnsafeBufferPointer { weights in
          for (index, value) in input.enumerated() {
            for output in 0..<outputs { sums[output] += weights[index * outputs + output] * value }
          }
        }
      }
      return sums
    }

    func tanh(_ input: [Double]) -> [Double] { self(input).map { Foundation.tanh($0) } }
  }

  private let policy: [Layer]
  private let value: [Layer]

  /// The network in the bytes of a safetensors file, checked against the manifest. Throws `PolicyError.unavailable`.
  init(bytes: [UInt8], manifest: MLPManifest) throws {
    let digest = SHA256.hex(SHA256.digest(bytes))
    guard digest == manifest.weights.sha256 else {
      throw PolicyError.unavailable("SHA-256 is \(digest), the manifest says \(manifest.weights.sha256)")
    }
    // Header size, offsets without gap or overlap, and finite weights are checked by the reader.
    let file: SafetensorsFile
    do { file = try SafetensorsFile(bytes: bytes) } catch { throw PolicyError.unavailable("\(error)") }
    try Self.checkElementType(bytes)
    guard file.tensors.map(\.name) == MLPManifest.tensorShapes.map(\.name) else {
      throw PolicyError.unavailable("the tensors are \(file.tensors.map(\.name)), not the twelve of the manifest")
    }
    for (name, shape) in MLPManifest.tensorShapes {
      guard let tensor = file[name], tensor.shape == shape else {
        throw PolicyError.unavailable("tensor \(name) has shape \(file[name]?.shape ?? []), not \(shape)")
      }
    }
    policy = try [Layer(file, "pi.0"), Layer(file, "pi.1"), Layer(file, "action")]
    value = try [Layer(file, "vf.0"), Layer(file, "vf.1"), Layer(file, "value")]
  }

  private struct Entry: Decodable {
    let dtype: String?
  }

  /// The reader also takes other element types, the format only F32. `bytes` must have been read before.
  private static func checkElementType(_ bytes: [UInt8]) throws {
    let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    guard let header = try? JSONDecoder().decode([String: Entry].self, from: Data(bytes[8..<8 + length])) else {
      throw PolicyError.unavailable("the header is not JSON")
    }
    for (name, _) in MLPManifest.tensorShapes where header[name]?.dtype != "F32" {
      throw PolicyError.unavailable("tensor \(name) is missing or not F32")
    }
  }

  /// The five logits of an observation of 16 numbers.
  func logits(_ observation: [Float]) -> [Double] {
    policy[2](policy[1].tanh(policy[0].tanh(observation.map(Double.init))))
  }

  /// The critic's value, in discounted 100 · log-return.
  func value(_ observation: [Float]) -> Double {
    value[2](value[1].tanh(value[0].tanh(observation.map(Double.init))))[0]
  }
}
