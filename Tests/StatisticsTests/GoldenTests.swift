import Statistics
import Testing

@Suite struct GoldenTests {
  @Test(arguments: ["crypto365_crash", "daily252", "short30"])
  func performanceFigures(_ name: String) throws {
    let file = try ReturnsFile(try resource("metrics/\(name).json"))
    let comparison = try #require(file.comparison)
    #expect(comparison.misses == [])
    #expect(comparison.compared == 32 && file.figures.fields.count == 32)
  }

  @Test(arguments: [
    ("01-prng-splitmix64", 4, 86), ("02-psr-dsr-mintrl", 13, 37), ("03-stationary-bootstrap-sharpe-diff", 2, 26),
    ("04-pbo-cscv", 3, 303), ("05-reality-check-spa", 2, 48), ("09-trade-outcomes", 2, 24),
    ("10-reward-model-quality", 4, 15),
  ])
  func luck(_ name: String, cases: Int, values: Int) throws {
    let file = try CaseFile(try resource("alignment/\(name).json"))
    let results = file.results()
    #expect(results.count == cases)
    for result in results {
      #expect(result.refusal == nil, "\(result.name)")
      #expect(result.comparison?.misses == [], "\(result.name)")
    }
    #expect(results.reduce(0) { $0 + ($1.comparison?.compared ?? 0) } == values)
  }
}
