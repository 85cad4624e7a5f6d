import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// A short form of the soak test of `scripts/reliability/soak`: hours of market time in one process.
  @Suite struct SoakTests {
    /// What a process holds, by what the system says.
    private struct Holding {
      var residentMegabytes: Double
      var descriptors, threads: Int

      init(_ pid: pid_t) throws {
        let pages = Files.text("/proc/\(pid)/statm").split(separator: " ").dropFirst().first.flatMap { Double($0) }
        residentMegabytes = try #require(pages) * Double(sysconf(Int32(_SC_PAGESIZE))) / 1e6
        descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
        threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task").count
      }
    }

    /// 20 hours of one-minute bars, 40 of them a second: memory grows by no more than 1 MB an hour of the market, and
    /// nothing that is opened stays open.
    @Test func nothingPilesUp() async throws {
      let place = try Place()
      let bars = 1200
      let bot = try place.start(
        Place.trading(40, slow: 5) + ["--timeframe", "1m", "--bars", "\(bars)", "--json"])
      func looks(after count: Int) async throws -> [Holding] {
        try await bot.wait(for: "\(count) bars", within: 60, every: 50) {
          place.status?["bars"].int ?? 0 >= count
        }
        var looks: [Holding] = []
        for _ in 0..<20 {
          looks.append(try Holding(bot.pid))
          try await Task.sleep(for: .milliseconds(10))
        }
        return looks
      }
      let settled = try await looks(after: bars / 5)
      let last = try await looks(after: bars * 19 / 20)
      let hours = Double(bars) * (0.95 - 0.2) / 60
      let slope = (last[0].residentMegabytes - settled[0].residentMegabytes) / hours
      #expect(slope <= 1, "\(settled[0]) then \(last[0])")
      // A file that is being replaced is open, and a thread of a pool is awake, for a moment: what is always there counts.
      func least(_ of: KeyPath<Holding, Int>) -> Int { last.map { $0[keyPath: of] }.min() ?? .max }
      func most(_ of: KeyPath<Holding, Int>) -> Int { settled.map { $0[keyPath: of] }.max() ?? 0 }
      #expect(least(\.descriptors) <= most(\.descriptors), "\(settled) then \(last)")
      #expect(least(\.threads) <= most(\.threads), "\(settled) then \(last)")
      #expect(try await bot.end(within: 30).code == 0)
      #expect(try await place.run("replay", "--verify").code == 0)
    }
  }
}
