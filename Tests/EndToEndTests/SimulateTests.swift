import Foundation
import Testing

extension EndToEnd {
  @Suite struct SimulateTests {
    @Test func seedsAreReportedAndRepeatable() async throws {
      let place = try Place()
      let once = try await place.run("simulate", "--seeds", "4..5", "--json")
      let again = try await place.run("simulate", "--seeds", "4..5", "--json", "--jobs", "1")
      #expect(once.code == 0, "\(once)")
      let (one, other) = (try once.json(), try again.json())
      #expect(one["seeds"].int == 2 && one["violations"].count == 0)
      let chains = one["chains"].items.compactMap { $0["chain"].string }
      #expect(chains.count == 2 && chains == other["chains"].items.compactMap { $0["chain"].string })
    }

    @Test func aPlantedBugEndsWithOneAndTheWayToSeeItAgain() async throws {
      let place = try Place()
      let ended = try await place.run("simulate", "--seeds", "1..1", "--plant", "count_fill_twice")
      #expect(ended.code == 1 && ended.output.contains("VIOLATION with seed 1"), "\(ended)")
      let again = try #require(ended.output.components(separatedBy: "again: hrmbot ").last)
      let words = again.split(whereSeparator: \.isWhitespace).prefix { $0 != "--story" }.map(String.init)
      let repeated = try await place.run(words)
      #expect(repeated.code == 1 && repeated.output.contains("VIOLATION with seed 1"), "\(repeated)")
      #expect(try await place.run("simulate", "--seeds", "9..1").code == 64)
      #expect(try await place.run("simulate", "--faults", "gremlins").code == 64)
    }

    @Test func aForeignThreadEndsTheProgram() async throws {
      let place = try Place()
      let ended = try await place.run("simulate", "--seeds", "1..1", "--faults", "none", "--stray")
      #expect(ended.code != 0 && ended.code != 1, "\(ended)")
      #expect(!ended.output.contains("0 violations"), "\(ended)")
    }
  }
}
