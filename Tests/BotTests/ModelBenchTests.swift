import Bot
import Foundation
import HRM
import Testing

@Suite struct ModelBenchTests {
  private func small() -> ModelBenchPlan {
    var plan = ModelBenchPlan()
    plan.parts = [.training, .decisions]
    plan.positions = [8, 16]
    plan.recurrences = [.init(cycles: 1, steps: 2)]
    plan.threads = [1, 2]
    plan.batches = [1, 3]
    plan.secondsPerRow = 0.001
    plan.deadlineMillis = 1
    plan.trainingBatch = 2
    return plan
  }

  private func run(_ plan: ModelBenchPlan, _ architecture: HRMArchitecture = .tiny) throws -> ModelBenchResult {
    let bench = ModelBenchmark(name: "small", architecture: architecture, plan: plan, progress: { _ in }) {
      let tensors = WeightInitialiser.tensors(of: architecture, seed: 1)
      return Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.tensor) })
    }
    return try bench.run(version: "1")
  }

  @Test func everyCombinationIsMeasuredOnce() throws {
    let result = try run(small())
    let data = try JSONEncoder().encode(result)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let decisions = try #require(object["decisions"] as? [[String: Any]])
    let keys = decisions.map { row in
      ["positions", "cycles", "timesteps", "batch", "threads", "precision"].map { "\(row[$0] ?? "?")" }
        .joined(separator: " ")
    }
    var expected: [String] = []
    for positions in [8, 16] {
      for batch in [1, 3] {
        for threads in [1, 2] {
          for precision in ["fp32", "bf16", "int8", "int8-a16"] {
            expected.append("\(positions) 1 2 \(batch) \(threads) \(precision)")
          }
        }
      }
    }
    #expect(keys == expected)
    for row in decisions {
      let samples = try #require(row["samples_ms"] as? [Double])
      #expect(row["samples"] as? Int == samples.count && samples.allSatisfy { $0 > 0 })
      #expect(samples.contains(try #require(row["p50_ms"] as? Double)))
      #expect(try #require(row["p99_ms"] as? Double) == samples.max())
      #expect(try #require(row["segments_in_deadline"] as? Int) >= 1)
    }
    #expect((object["training"] as? [[String: Any]])?.count == 2)
    #expect((object["memory"] as? [[String: Any]])?.count == 4)
  }

  @Test func tablesFitAHundredColumnsAndSummariesHaveNoSamples() throws {
    let result = try run(small())
    let lines = result.text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 100 })
    #expect(lines.filter { $0.contains(" int8-a16 ") && $0.contains("1x2") }.count == 8)
    let summary = String(decoding: try JSONEncoder().encode(result.summarised()), as: UTF8.self)
    #expect(!summary.contains("samples_ms") && summary.contains("p99_ms"))
  }

  @Test func whatDoesNotFitIsRefused() throws {
    var learned = HRMArchitecture.tiny
    learned.pos = .learned
    var tokens = HRMArchitecture.tiny
    tokens.front = .tokens
    #expect(throws: ModelError.self) { try run(small(), learned) }
    #expect(throws: ModelError.self) { try run(small(), tokens) }
    var narrow = small()
    narrow.positions = [1]
    #expect(throws: ModelError.self) { try run(narrow) }
  }

  @Test(arguments: ["", "2", "x", "2x", "0x2", "2x17", "2x2x2", "a x b"])
  func recurrencesAreReadStrictly(text: String) {
    #expect(ModelBenchPlan.Recurrence(text) == nil)
    #expect(ModelBenchPlan.Recurrence("3x5").map(\.description) == "3x5")
  }
}
