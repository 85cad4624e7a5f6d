import Testing

extension EndToEnd {
  @Suite struct StatisticsToolTests {
    private static let resources = Files.repository + "/Tests/StatisticsTests/Resources"

    @Test func figuresAreShownAndCompared() async throws {
      let place = try Place()
      let path = Self.resources + "/metrics/short30.json"
      let table = try await place.run("metrics", path)
      #expect(table.code == 0 && table.output.contains("passed: 32 of 32 figures agree"), "\(table)")
      let json = try await place.run("metrics", path, "--json")
      #expect(json.code == 0)
      #expect(try json.json()["max_drawdown_periods"].int == 11)
      #expect(json.output.hasPrefix("{\"total_return\": 0.13520833611167293, \"cagr\": 1.9015816855752"))

      let wrong = Files.text(path).replacing("\"kelly\": 0.25", with: "\"kelly\": 0.26")
      try Files.write(wrong, to: place.file("wrong.json"))
      let missed = try await place.run("metrics", place.file("wrong.json"), "--json")
      #expect(missed.code == 1 && missed.error.contains("kelly: computed 0.254753209184"), "\(missed)")
      try Files.write("{\"returns\": [0.1, NaN], \"periods_per_year\": 252}", to: place.file("bad.json"))
      #expect(try await place.run("metrics", place.file("bad.json")).code == 65)
      try Files.write("{\"returns\": [0.1, -0.1], \"periods_per_year\": 252}", to: place.file("plain.json"))
      #expect(try await place.run("metrics", place.file("plain.json")).code == 0)
      #expect(try await place.run("metrics", place.file("missing.json")).code == 66)
    }

    @Test func casesAreComputedAndCompared() async throws {
      let place = try Place()
      let path = Self.resources + "/alignment/02-psr-dsr-mintrl.json"
      let table = try await place.run("evaluate", "stats", "--input", path)
      #expect(table.code == 0 && table.output.contains("passed: 13 of 13 cases computed, 37 of 37 values agree"))
      let json = try await place.run("evaluate", "stats", "--input", path, "--json")
      #expect(try json.json()["passed"].bool == true && json.code == 0, "\(json)")

      let wrong = Files.text(path).replacing("\"n_eff\": 8.6", with: "\"n_eff\": 8.7")
      try Files.write(wrong, to: place.file("wrong.json"))
      let missed = try await place.run("evaluate", "stats", "--input", place.file("wrong.json"))
      #expect(missed.code == 1 && missed.error.contains("eff_trials: n_eff: computed 8.6, expected 8.7"), "\(missed)")
      try Files.write(
        "{\"cases\": [{\"id\": \"x\", \"input\": {\"seed\": \"1\"}}, {\"id\": \"y\"}]}", to: place.file("half.json"))
      let half = try await place.run("evaluate", "stats", "--input", place.file("half.json"))
      #expect(half.code == 65 && half.output.contains("u64") && half.error.contains("y: input: is missing"), "\(half)")
      #expect(try await place.run("evaluate", "stats", "--input", place.file("missing.json")).code == 66)
    }
  }
}
