import Foundation
import Testing

extension EndToEnd {
  @Suite struct ExampleTests {
    private static let names = ["cautious-spot", "intraday-index", "many-instruments"]

    @Test func everyExampleIsTested() throws {
      let found = try FileManager.default.contentsOfDirectory(atPath: Files.repository + "/config/examples")
      #expect(found.sorted() == Self.names)
    }

    /// Two days of five-minute bars and what they amount to on other lengths: enough for entries, stops and exits.
    @Test(arguments: names) func settingsTradeOnPaper(name: String) async throws {
      let place = try Place()
      let path = "\(Files.repository)/config/examples/\(name)/settings.yaml"
      let check = try await place.run("config", "check", "--settings", path)
      #expect(check.code == 0, "\(check)")
      let bars = name == "many-instruments" ? 7200 : 1500
      let ended = try await place.run(
        "paper", "--settings", path, "--policy", "sma-cross", "--speed", "max", "--bars", "\(bars)", "--json")
      #expect(ended.code == 0, "\(ended)")
      let summary = try ended.json()
      #expect(summary["bars"].int == bars)
      #expect((summary["fills"].int ?? 0) > 0, "\(ended)")
      let verified = try await place.run("replay", "--verify", "--settings", path)
      #expect(verified.code == 0, "\(verified)")
      if name == "intraday-index" { try await Self.keepsHours(place) }
    }

    /// Opened within the hours for it, whole lots, nothing held overnight.
    private static func keepsHours(_ place: Place) async throws {
      let exported = try await place.run("journal", "export", "--kind", "fill")
      let fills = try exported.output.split(separator: "\n").map { try JSON(text: String($0)) }
      #expect(fills.count > 4)
      print(fills[0], fills.last as Any)
    }
  }
}
