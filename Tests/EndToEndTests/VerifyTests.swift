import Foundation
import Testing

extension EndToEnd {
  @Suite struct VerifyTests {
    private static let golden = Files.repository + "/Tests/HRMTests/Resources/hrm-tiny"

    @Test func goldenCasesPass() async throws {
      let place = try Place()
      let all = try await place.run("model", "verify", Self.golden)
      #expect(all.code == 0, "\(all)")
      for phrase in ["passed: 3 of 3 cases", "grad.H.blocks.0.w_qkv", "train.seg2.halted", "after3.puzzle_emb"] {
        #expect(all.output.contains(phrase), "\(phrase)")
      }
      let one = try await place.run("model", "verify", Self.golden + "/bridge.json", "--json", "--threads", "1")
      #expect(one.code == 0, "\(one)")
      let report = try #require(try JSON(text: one.output).items.first)
      #expect(report["name"].string == "bridge" && report["checks"].items.count == 141)
      let brief = try await place.run("model", "verify", Self.golden, "--brief")
      #expect(!brief.output.contains("grad.H"))
    }

    @Test func missesAndRefusalsHaveCodesOfTheirOwn() async throws {
      let place = try Place()
      let cases = place.file("cases")
      try Files.makeDirectory(cases)
      #expect(try await place.run("model", "verify", place.file("nowhere")).code == 66)
      let empty = try await place.run("model", "verify", cases)
      #expect(empty.code == 66 && empty.error.contains("holds no case"), "\(empty)")
      for name in ["bridge.json", "bridge.safetensors", "bridge.tolerances.json"] {
        try Files.copy(Self.golden + "/" + name, to: cases + "/" + name)
      }
      let limits = Files.text(cases + "/bridge.tolerances.json")
      let strict = limits.replacingOccurrences(of: "\"grad.w_q\": ", with: "\"grad.w_q\": 1e-30, \"other\": ")
      #expect(strict != limits)
      try Files.write(strict, to: cases + "/bridge.tolerances.json")
      let missed = try await place.run("model", "verify", cases)
      #expect(missed.code == 1, "\(missed)")
      #expect(missed.output.contains("missed") && missed.output.contains("not checked"), "\(missed)")
      // What can be read is still shown.
      try Files.write("{}", to: cases + "/broken.tolerances.json")
      let broken = try await place.run("model", "verify", cases)
      #expect(broken.code == 65 && broken.error.contains("broken.json"), "\(broken)")
      #expect(broken.output.contains("grad.w_q"))
      #expect(try await place.run("model", "verify", cases, "--threads", "0").code == 64)
    }
  }
}
