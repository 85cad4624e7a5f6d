import Core
import Notify
import Testing

@Suite struct WatchTests {
  private static let start = Timestamp(milliseconds: 1_700_000_000_000)
  private func after(_ seconds: Int64) -> Timestamp { Self.start.adding(milliseconds: seconds * 1000) }
  private func watch() -> StatusWatch {
    StatusWatch(limits: .init(unknownOrderMillis: 30_000, feedStaleMillis: 60_000, diskFreeMegabytes: 100))
  }
  private var status: StatusSnapshot {
    StatusSnapshot(
      processIdentifier: 1, build: "0.1.0", mode: "paper", isSynthetic: true, venue: "paper", timeframe: .oneMinute,
      startedAt: Self.start, updatedAt: Self.start, tradingState: .active, policy: "hrm", isUntrained: false,
      cashQuote: .zero, startEquityQuote: .zero)
  }

  private static let cases: [(NoticeKind, Int64, @Sendable (inout StatusSnapshot) -> Void)] = [
    (.journalUnhealthy, 0, { $0.isJournalHealthy = false }),
    (.journalUnhealthy, 0, { $0.degradations = ["journal_unhealthy"] }),
    (.controlDirectoryLost, 0, { $0.degradations = ["control_directory_lost"] }),
    (.unreconciled, 0, { $0.degradations = ["unreconciled"] }),
    (.unprotectedPosition, 5, { $0.degradations = ["unprotected_position"] }),
    (.venueLost, 5, { $0.isVenueConnected = false }),
    (.feedStale, 60, { $0.staleInstruments = ["SIM-BTC"] }),
    (.unknownOrder, 30, { $0.unknownOrders = 1 }),
  ]

  @Test(arguments: 0..<8) func aConditionIsToldAfterItsTimeOnceAndItsEndToo(_ index: Int) {
    let (kind, patience, change) = Self.cases[index]
    var watch = watch()
    var bad = status
    change(&bad)
    #expect(watch.observe(status, diskFreeMegabytes: 500, at: after(0)).isEmpty)
    if patience > 0 {
      #expect(watch.observe(bad, diskFreeMegabytes: 500, at: after(1)).isEmpty)
      #expect(watch.observe(bad, diskFreeMegabytes: 500, at: after(patience)).isEmpty)
    }
    let told = watch.observe(bad, diskFreeMegabytes: 500, at: after(1 + patience))
    #expect(told.map(\.kind) == [kind] && told[0].importance >= .warning, "\(kind)")
    #expect(watch.observe(bad, diskFreeMegabytes: 500, at: after(2 + patience)).isEmpty)
    let over = watch.observe(status, diskFreeMegabytes: 500, at: after(3 + patience))
    #expect(over.map(\.kind) == [kind] && over[0].importance == .info && over[0].subject == "over")
  }

  @Test func shortTroubleIsNoNews() {
    var watch = watch()
    var bad = status
    bad.staleInstruments = ["SIM-BTC"]
    for second in 0..<120 as Range<Int64> {
      let state = second % 50 < 40 ? bad : status
      #expect(watch.observe(state, diskFreeMegabytes: nil, at: after(second)).isEmpty, "\(second)")
    }
  }

  @Test func aChangeOfPolicyIsNews() {
    var watch = watch()
    var changed = status
    changed.policy = "flat"
    #expect(watch.observe(status, diskFreeMegabytes: nil, at: after(0)).isEmpty)
    #expect(
      watch.observe(changed, diskFreeMegabytes: nil, at: after(1)).map(\.text) == ["policy in charge: hrm → flat"])
    #expect(watch.observe(status, diskFreeMegabytes: nil, at: after(2)).map(\.kind) == [.policy])
  }

  @Test func aFullDiskIsNewsAndAnUnknownOneIsNot() {
    var watch = watch()
    #expect(watch.observe(status, diskFreeMegabytes: nil, at: after(0)).isEmpty)
    #expect(watch.observe(status, diskFreeMegabytes: 99, at: after(1)).map(\.kind) == [.diskLow])
    #expect(watch.observe(status, diskFreeMegabytes: nil, at: after(2)).isEmpty)
    #expect(watch.observe(status, diskFreeMegabytes: 100, at: after(3)).map(\.subject) == ["over"])
  }

  @Test func aLoopThatIsSilentIsNews() {
    var watch = watch()
    // Before the first word the bot is only starting.
    #expect(watch.tick(at: after(100)).isEmpty)
    _ = watch.observe(status, diskFreeMegabytes: nil, at: after(100))
    #expect(watch.tick(at: after(104)).isEmpty)
    #expect(watch.tick(at: after(105)).map(\.kind) == [.loopStalled])
    #expect(watch.tick(at: after(106)).isEmpty)
    _ = watch.observe(status, diskFreeMegabytes: nil, at: after(107))
    #expect(watch.tick(at: after(107)).map(\.subject) == ["over"])
  }
}
