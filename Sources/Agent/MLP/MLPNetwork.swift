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
        for input in 0..<inputs { transposed[input * outputs + output] = Double(weight.values[output * inputs + input]) }
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
    try Self.checkLayout(bytes)
    let file: SafetensorsFile
    do { file = try SafetensorsFile(bytes: bytes) } catch { throw PolicyError.unavailable("no safetensors: \(error)") }
    guard file.tensors.map(\.name) == MLPManifest.tensorShapes.map(\.name) else {
      throw PolicyError.unavailable("the tensors are \(file.tensors.map(\.name)), not the twelve of the manifest")
    }
    for (name, shape) in MLPManifest.tensorShapes {
      guard let tensor = file[name], tensor.shape == shape else {
        throw PolicyError.unavailable("tensor \(name) has shape \(file[name]?.shape ?? []), not \(shape)")
      }
      guard tensor.values.allSatisfy(\.isFinite) else {
        throw PolicyError.unavailable("tensor \(name) has a weight that is not finite")
      }
    }
    policy = try [Layer(file, "pi.0"), Layer(file, "pi.1"), Layer(file, "action")]
    value = try [Layer(file, "vf.0"), Layer(file, "vf.1"), Layer(file, "value")]
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
