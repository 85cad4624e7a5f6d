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
      func look(after count: Int) async throws -> Holding {
        try await bot.wait(for: "\(count) bars", within: 60, every: 50) {
          let status = place.status
          return status?["bars"].int ?? 0 >= count
        }
        // A file that is being replaced is open for a moment: of some looks the least counts.
        var looks: [Holding] = []
        for _ in 0..<20 {
          looks.append(try Holding(bot.pid))
          try await Task.sleep(for: .milliseconds(10))
        }
        var least = looks[0]
        least.descriptors = looks.map(\.descriptors).min() ?? least.descriptors
        least.threads = looks.map(\.threads).min() ?? least.threads
        return least
      }
      let settled = try await look(after: bars / 5)
      let last = try await look(after: bars * 19 / 20)
      let hours = Double(bars) * (0.95 - 0.2) / 60
      let slope = (last.residentMegabytes - settled.residentMegabytes) / hours
      #expect(slope <= 1, "\(settled) then \(last)")
      #expect(last.descriptors <= settled.descriptors && last.threads <= settled.threads, "\(settled) then \(last)")
      #expect(try await bot.end(within: 30).code == 0)
      #expect(try await place.run("replay", "--verify").code == 0)
    }
  }
}
