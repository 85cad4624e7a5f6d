import Foundation
import HRM
import Testing

@Suite("Golden cases as a whole")
struct GoldenRunTests {
  @Test("every expected value of the reference implementation", arguments: ["sudoku", "trade", "bridge"], [1, 3])
  func complete(name: String, threads: Int) throws {
    let golden = try GoldenCase(path: Fixture.path("\(name).json"))
    let report = try GoldenRun.report(golden, threads: threads)
    let failed = report.checks.filter { $0.outcome != .passed }
    #expect(failed.isEmpty, "\(failed)")
    let integers = ["sudoku": 9, "trade": 9, "bridge": 9]
    #expect(report.checks.count == golden.tolerances.count + integers[name]!)
    #expect(report.missingGroups.isEmpty)
    // No weight needs the allowance for gradients that are rounding noise.
    #expect(report.checks.allSatisfy { $0.outside == 0 })
  }

  /// A copy of the trade case with changes.
  private func changed(
    tensors change: (inout [String: Tensor]) -> Void = { _ in }, json: (String) -> String = { $0 },
    tolerances: (String) -> String = { $0 }
  ) throws -> (scratch: ScratchDirectory, path: String) {
    let scratch = try ScratchDirectory()
    let file = try SafetensorsFile(path: Fixture.path("trade.safetensors"))
    var tensors = Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, $0.tensor) })
    change(&tensors)
    try SafetensorsFile.write(tensors.map { ($0.key, $0.value) }, to: scratch.file("case.safetensors"))
    func write(_ name: String, _ edit: (String) -> String) throws {
      let text = try String(contentsOfFile: Fixture.path("trade.\(name)"), encoding: .utf8)
      try edit(text).write(toFile: scratch.file("case.\(name)"), atomically: true, encoding: .utf8)
    }
    try write("json", json)
    try write("tolerances.json", tolerances)
    return (scratch, scratch.file("case"))
  }

  private func report(
    tensors change: (inout [String: Tensor]) -> Void = { _ in }, tolerances: (String) -> String = { $0 }
  ) throws -> GoldenReport {
    let (scratch, path) = try changed(tensors: change, tolerances: tolerances)
    defer { withExtendedLifetime(scratch) {} }
    return try GoldenRun.report(try GoldenCase(path: path), threads: 1)
  }

  @Test(
    "a wrong value anywhere is a miss of that tensor alone",
    arguments: [
      "eval.seg2.z_l", "eval.seg1.residual", "train.seg1.loss", "train.seg2.halted", "train.seg0.part.correct",
      "train.seg1.target_continue", "grad.tf_emb", "after3.b_value", "train.final.z_h", "opt.w2",
    ])
  func misses(name: String) throws {
    let report = try report(tensors: { $0[name]!.values[0] += $0[name]!.values[0] == 1 ? -1 : 1 })
    // The expected weights of the optimiser are compared, and start the next comparison only as w0.
    #expect(report.checks.filter { $0.outcome != .passed }.map(\.name) == [name])
    #expect(!report.passed)
  }

  @Test("missing groups are named, and tensors with a tolerance that nothing was compared with fail")
  func gaps() throws {
    let report = try report(
      tensors: { tensors in
        for name in tensors.keys where name.hasPrefix("opt.") || name.hasPrefix("eval.") { tensors[name] = nil }
        tensors["grad.w_q"] = nil
      },
      tolerances: { $0.replacingOccurrences(of: "\"after3.w_q\"", with: "\"after3.another\"") })
    #expect(report.missingGroups == ["eval", "opt"])
    let open = report.checks.filter { $0.outcome == .notChecked }.map(\.name)
    #expect(open.contains("grad.w_q") && open.contains("after3.another") && open.contains("eval.seg0.z_h"))
    // Without a tolerance of its own a value must be equal.
    #expect(report.checks.first { $0.name == "after3.w_q" }?.outcome == .missed)
    #expect(!report.passed)
  }

  @Test("one in a thousand trained weights may stray by twice the learning rate a step")
  func strays() throws {
    func outcome(_ name: String, _ elements: Int, _ distance: Float) throws -> GoldenCheck.Outcome? {
      try report(tensors: { tensors in
        for index in 0..<elements { tensors[name]!.values[index] += distance }
      }).checks.first { $0.name == name }?.outcome
    }
    // 8,192 elements and 3 steps of 1e-3.
    #expect(try outcome("after3.H.blocks.0.w_down", 8, 0.005) == .passed)
    #expect(try outcome("after3.H.blocks.0.w_down", 9, 0.005) == .missed)
    #expect(try outcome("after3.H.blocks.0.w_down", 8, 0.007) == .missed)
    #expect(try outcome("grad.H.blocks.0.w_down", 1, 0.005) == .missed)
  }

  @Test(
    "unknown or contradictory configurations are refused by file and field",
    arguments: [
      ("\"softmax\"", "\"hinge\"", "loss_type", "hinge"), ("\"rope\"", "\"alibi\"", "pos", "alibi"),
      ("\"bars\"", "\"pixels\"", "front", "pixels"), ("\"lr\": 0.001", "\"lr\": -1", "lr", "-1"),
      ("0.95", "1.0", "betas", "1.0"), ("\"d_h\": 32", "\"d_h\": 33", "heads_h", "33"),
      ("\"t_steps\"", "\"steps\"", "t_steps", "missing"),
    ])
  func refusals(from: String, to: String, field: String, value: String) throws {
    let (scratch, path) = try changed(json: { $0.replacingOccurrences(of: from, with: to) })
    defer { withExtendedLifetime(scratch) {} }
    expectRefusal("case.json", field, value, of: to) { _ = try GoldenCase(path: path) }
  }

  @Test("a case without one of its files, or with inputs that do not fit, is refused")
  func files() throws {
    let (scratch, path) = try changed(tensors: { $0["in1.labels"]!.values[0] = 99 })
    #expect(try GoldenCase.paths(in: scratch.path) == [path])
    expectRefusal("in1", "labels", "99", of: "a label too large") {
      _ = try GoldenRun.report(try GoldenCase(path: path), threads: 1)
    }
    let many = try changed(tensors: { $0["eval.seg99999999999.z_h"] = Tensor(shape: [1]) })
    expectRefusal("eval.seg99999999999.z_h", "64", of: "a segment too many") {
      _ = try GoldenRun.report(try GoldenCase(path: many.path), threads: 1)
    }
    let fraction = try changed(tensors: { $0["in0.labels"]!.values[1] = 0.5 })
    expectRefusal("in0.labels", "0.5", of: "half a label") {
      _ = try GoldenRun.report(try GoldenCase(path: fraction.path), threads: 1)
    }
    try FileManager.default.removeItem(atPath: path + ".safetensors")
    #expect(try GoldenCase.paths(in: scratch.path) == [path])
    expectRefusal("case.safetensors", of: "no tensors") { _ = try GoldenCase(path: path) }
    expectRefusal("nowhere", of: "no directory") { _ = try GoldenCase.paths(in: "/nowhere") }
  }
}
