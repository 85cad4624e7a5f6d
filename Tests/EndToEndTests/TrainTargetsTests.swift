import Testing

extension EndToEnd {
  @Suite struct TrainTargetsTests {
    private static let tests = Files.repository + "/Tests/"

    @Test(arguments: [
      ("TrainingTests/Resources/01-oracle-dp", 160), ("TrainingTests/Resources/02-triple-barrier", 24),
      ("TrainingTests/Resources/03-sharpe-splits", 34), ("FeaturesTests/Resources/04-complexity", 73),
      ("TrainingTests/Resources/05-policy-eval-halting-awr", 163),
    ])
    func casesAreComputedAndCompared(_ name: String, values: Int) async throws {
      let place = try Place()
      let path = Self.tests + name + ".json"
      let table = try await place.run("train", "targets", "--input", path)
      #expect(table.code == 0 && table.output.contains("\(values) of \(values) values agree"), "\(table)")
      let json = try await place.run("train", "targets", "--input", path, "--json")
      #expect(try json.json()["passed"].bool == true && json.code == 0, "\(json)")
    }

    @Test func missesAndWhatCannotBeComputedAreTold() async throws {
      let place = try Place()
      let path = Self.tests + "TrainingTests/Resources/02-triple-barrier.json"
      try Files.write(Files.text(path).replacing("\"t1\": 2", with: "\"t1\": 3"), to: place.file("wrong.json"))
      let missed = try await place.run("train", "targets", "--input", place.file("wrong.json"))
      #expect(missed.code == 1 && missed.error.contains("upper: t1: computed 2, expected 3"), "\(missed)")
      try Files.write(
        """
        {"cases": [{"id": "x", "input": {"u": [2], "tau": 0.5}}, {"id": "y", "input": {"kind": "z"}}]}
        """, to: place.file("half.json"))
      let half = try await place.run("train", "targets", "--input", place.file("half.json"))
      #expect(half.code == 65 && half.output.contains("loss"), "\(half)")
      #expect(half.error.contains("y: kind: z is not one"), "\(half)")
      #expect(try await place.run("train", "targets", "--input", place.file("missing.json")).code == 66)
    }
  }
}
