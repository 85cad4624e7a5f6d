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
      let fills = try exported.output.split(separator: "\n").map { try JSON(text: String($0))["payload"] }
      #expect(fills.count > 4)
      var held: [Int: Int] = [:]
      for fill in fills {
        // India is five and a half hours ahead of UTC; an order fills at the open of the next bar of five minutes.
        let minutes = (try #require(fill["ts"].int)) / 60_000 + 330
        let (day, minute) = (minutes / 1440, minutes % 1440)
        let side = try #require(fill["position_after"]["side"].int)
        held[day] = side
        let lots = Int(try #require(fill["qty"].string)) ?? -1
        #expect(lots > 0 && lots % 65 == 0)
        #expect(minute >= 9 * 60 + 15 && minute <= (side == 0 ? 15 * 60 + 25 : 15 * 60 + 5), "\(fill)")
      }
      #expect(held.values.allSatisfy { $0 == 0 }, "\(held)")
    }
  }
}
