import Foundation
import HRM
import Testing

@Suite("Equality with the reference implementation")
struct GoldenTests {
  struct Case {
    let file: SafetensorsFile
    let architecture: HRMArchitecture
    let tolerances: [String: Double]
    let network: HRMNetwork

    init(_ name: String) throws {
      file = try SafetensorsFile(path: Fixture.path("\(name).safetensors"))
      let json = try Data(contentsOf: URL(fileURLWithPath: Fixture.path("\(name).json")))
      architecture = try JSONDecoder().decode(HRMArchitecture.self, from: json)
      let limits = try Data(contentsOf: URL(fileURLWithPath: Fixture.path("\(name).tolerances.json")))
      tolerances = try JSONDecoder().decode([String: Double].self, from: limits)
      let weights = file.tensors.filter { $0.name.hasPrefix("w.") }.map { (String($0.name.dropFirst(2)), $0.tensor) }
      network = try HRMNetwork(architecture: architecture, tensors: Dictionary(uniqueKeysWithValues: weights))
    }

    /// Row `row` of a tensor whose first axis is the batch.
    func row(_ name: String, _ row: Int) throws -> [Float] {
      let tensor = try #require(file[name], "no tensor \(name)")
      let size = tensor.values.count / tensor.shape[0]
      return Array(tensor.values[(row * size)..<((row + 1) * size)])
    }

    func begin(_ inference: HRMInference, row: Int) throws {
      if architecture.front == .tokens {
        let tokens = try self.row("in0.inputs", row).map { Int($0) }
        inference.begin(HRMTokens(tokens: tokens, puzzleRow: Int(try self.row("in0.puzzle_ids", row)[0])))
      } else {
        inference.begin(
          HRMInput(
            bars: try self.row("in0.bars", row), instrumentRow: Int(try self.row("in0.instrument", row)[0]),
            timeframeRow: Int(try self.row("in0.timeframe", row)[0]), context: try self.row("in0.account", row)))
      }
    }

    func compare(_ name: String, _ got: [Float], row: Int) throws {
      let expected = try self.row(name, row)
      try check(name, got, expected, "row \(row)")
    }

    func check(_ name: String, _ got: [Float], _ expected: [Float], _ place: String) throws {
      let tolerance = try #require(tolerances[name], "no tolerance for \(name)")
      #expect(got.count == expected.count, "\(name) \(place)")
      let errors = zip(got, expected).map { abs(Double($0) - Double($1)) }
      let isClose = errors.allSatisfy { $0 <= tolerance }
      #expect(isClose, "\(name) \(place): off by \(errors.max() ?? .nan), allowed \(tolerance)")
    }
  }

  @Test(
    "every state, head and residual of four segments, with every instruction set",
    arguments: ["sudoku", "trade", "bridge"], InstructionSet.available)
  func evaluation(name: String, instructions: InstructionSet) throws {
    try instructions.use { for threads in 1...3 { try evaluate(name, threads: threads) } }
  }

  private func evaluate(_ name: String, threads: Int) throws {
    let golden = try Case(name)
    let inference = HRMInference(network: golden.network, threads: threads)
    let batch = try #require(golden.file["eval.embedding"]).shape[0]
    for row in 0..<batch {
      try golden.begin(inference, row: row)
      try golden.compare("eval.embedding", inference.embeddedInput, row: row)
      for segment in 0..<4 {
        let heads = inference.runSegment()
        let prefix = "eval.seg\(segment)."
        try golden.compare(prefix + "z_h", inference.slowState, row: row)
        try golden.compare(prefix + "z_l", inference.fastState, row: row)
        try golden.compare(prefix + "q_halt", [heads.qHalt], row: row)
        try golden.compare(prefix + "q_continue", [heads.qContinue], row: row)
        if golden.architecture.head == .lm {
          try golden.compare(prefix + "logits", heads.tokenLogits, row: row)
        } else {
          try golden.compare(prefix + "policy", heads.policyLogits, row: row)
          try golden.compare(prefix + "quantity", [heads.quantity], row: row)
          try golden.compare(prefix + "value", [heads.value], row: row)
        }
        let residuals = try #require(golden.file[prefix + "residual"])
        let column = stride(from: row, to: residuals.values.count, by: batch).map { residuals.values[$0] }
        try golden.check(prefix + "residual", inference.residuals, column, "row \(row)")
        #expect(heads.residualH == inference.residuals.last)
        #expect(heads.isFinite)
      }
    }
  }
}
