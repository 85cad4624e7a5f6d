import Digest
import HRM
import Testing

@Suite("First weights")
struct WeightTests {
  /// A million draws with a standard deviation of 1/8.
  static let million: HRMArchitecture = {
    var architecture = HRMArchitecture.tiny
    architecture.front = .tokens
    architecture.head = .lm
    architecture.vocab = 15_625
    architecture.dL = 64
    architecture.headsL = 8
    return architecture
  }()

  @Test("a million draws have the standard deviation asked for, are cut, and lie as a cut normal does")
  func distribution() throws {
    let tensors = WeightInitialiser.tensors(of: Self.million, seed: 7)
    let values = try #require(tensors.first { $0.name == "tok_emb" }).tensor.values
    #expect(values.count == 1_000_000)
    var sum = 0.0
    var squares = 0.0
    var inner = 0
    var largest = 0.0
    let parent = 0.125 / 0.8796256610342398
    for value in values {
      let x = Double(value)
      sum += x
      squares += x * x
      largest = max(largest, abs(x))
      if abs(x) < parent { inner += 1 }
    }
    let deviation = (squares / 1e6).squareRoot()
    #expect(abs(deviation / 0.125 - 1) < 0.005, "\(deviation)")
    #expect(abs(sum / 1e6) < 0.0005)
    #expect(largest <= 2 * parent * (1 + 1e-7) && largest > 1.99 * parent)
    // Share of a normal within one sigma over its share within two.
    #expect(abs(Double(inner) / 1e6 - 0.6826894921 / 0.9544997361) < 0.002)
  }

  @Test("depend on the seed, not on the number of threads")
  func threads() {
    let one = WeightInitialiser.tensors(of: .tiny, seed: 3, threads: 1)
    let two = WeightInitialiser.tensors(of: .tiny, seed: 3, threads: 2)
    let other = WeightInitialiser.tensors(of: .tiny, seed: 4, threads: 2)
    #expect(one.map(\.tensor) == two.map(\.tensor))
    #expect(one.map(\.name) == HRMArchitecture.tiny.tensorSpecs.map(\.name))
    #expect(one.map(\.tensor) != other.map(\.tensor))
  }

  @Test("are these very bits")
  func pinned() throws {
    let bytes = try SafetensorsFile.encode(WeightInitialiser.tensors(of: .tiny, seed: 1))
    #expect(SHA256.hex(SHA256.digest(bytes)) == "fac949cafecb4b3203ba81bdbca1f327de7ab934302a3ae749eba16313bae657")
  }

  @Test("tables, biases and halting rows start as the design says")
  func constants() throws {
    let tensors = Dictionary(
      uniqueKeysWithValues: WeightInitialiser.tensors(of: .tiny, seed: 1).map { ($0.name, $0.tensor.values) })
    for name in ["instr_emb", "tf_emb", "w_q", "b_policy", "b_qty", "b_value"] {
      #expect(try #require(tensors[name]).allSatisfy { $0 == 0 }, "\(name)")
    }
    #expect(tensors["b_q"] == [-5, -5])
    let start = try #require(tensors["z_h0"])
    #expect(Set(start).count == start.count)
  }
}
