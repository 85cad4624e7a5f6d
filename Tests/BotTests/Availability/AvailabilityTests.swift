import Bot
import Core
import Testing

@Suite struct AvailabilityTests {
  /// A moment at a slot's start.
  static let start = Timestamp(milliseconds: 1_700_000_000_000)
  static func after(_ seconds: Double) -> Timestamp { start.adding(milliseconds: Int64(seconds * 1000)) }
  private func out(_ from: Double, _ to: Double, _ cause: String = "x") -> Availability.Outage {
    .init(from: Self.after(from), to: Self.after(to), causes: [cause])
  }
  private func judge(_ from: Double, _ to: Double, _ unready: [Availability.Outage]) -> Availability {
    Availability(from: Self.after(from), to: Self.after(to), unready: unready) { _ in true }
  }

  @Test func aSlotCountsOnlyIfAllOfItWasReady() {
    let day = judge(0, 86_400, [])
    #expect(day.clock == Availability.Share(ready: 8640, slots: 8640) && day.clock.budgetLeft == 8)
    // 0.3 s within one slot, and 0.3 s across the border of two.
    let two = judge(0, 86_400, [out(101, 101.3), out(199.9, 200.2)])
    #expect(two.clock.ready == 8637 && two.clock.budgetLeft == 5 && two.readyMillis == 86_399_400)
    // From border to border it is one.
    #expect(judge(0, 100, [out(50, 60)]).clock == Availability.Share(ready: 9, slots: 10))
  }

  @Test func onlyWholeSlotsAreJudged() {
    let part = judge(3, 47, [out(0, 12)])
    #expect(part.from == Self.after(10) && part.to == Self.after(40))
    #expect(part.clock == Availability.Share(ready: 2, slots: 3) && part.outages == [out(10, 12)])
    let none = judge(3, 9, [])
    #expect(none.clock.slots == 0 && none.clock.value == nil && none.clock.budgetLeft == 0)
  }

  @Test func whatOverlapsIsOneOutageWithAllItsCauses() {
    let all = judge(
      0, 1000, [out(30, 40, "b"), out(10, 30, "a"), out(35, 50, "a"), out(60, 61, "c"), out(990, 2000, "d")])
    #expect(
      all.outages == [
        .init(from: Self.after(10), to: Self.after(50), causes: ["a", "b"]), out(60, 61, "c"), out(990, 1000, "d"),
      ])
    #expect(all.longest(2).map(\.causes) == [["a", "b"], ["d"]])
    #expect(all.clock.ready == 94 && all.readyMillis == 949_000)
  }

  @Test func sessionsWeigh() {
    // Open for the first 100 of 1000 s; half of that was lost, and nothing besides.
    let table = Availability(from: Self.after(0), to: Self.after(1000), unready: [out(50, 100)]) {
      $0 < Self.after(100)
    }
    #expect(
      table.clock == Availability.Share(ready: 95, slots: 100)
        && table.session == Availability.Share(ready: 5, slots: 10))
  }

  @Test func aMonthOfThreeNinesHas43MinutesToLose() {
    let month = judge(0, 30 * 86_400, [])
    #expect(month.clock.slots == 259_200 && month.clock.budgetLeft * 10 == 2590)
    #expect(AvailabilityText.percent(0.99999999) == "99.9999 %" && AvailabilityText.percent(1) == "100.0000 %")
  }

  @Test(arguments: [
    (300, "0.3 s"), (59_999, "59 s"), (61_000, "1 min 1 s"), (3_661_000, "1 h 1 min"), (90_000_000, "1 d 1 h"),
  ]) func lengthsReadWell(_ millis: Int64, _ text: String) {
    #expect(AvailabilityText.duration(millis) == text)
  }
}

@Suite struct ReadinessHistoryTests {
  private typealias Event = ReadinessHistory.Event
  private static func at(_ seconds: Double) -> Timestamp { AvailabilityTests.after(seconds) }
  private func spans(_ events: [ReadinessHistory.Event], lastSign: Double?, end: Double) -> [String] {
    let history = ReadinessHistory(events, lastSign: lastSign.map(Self.at), end: Self.at(end))
    return history.unready.map {
      let seconds = [$0.from, $0.to].map { "\(Double($0.millisecondsSince(AvailabilityTests.start)) / 1000)" }
      return "\(seconds.joined(separator: "-")) \($0.causes.joined(separator: ","))"
    }
  }

  @Test func aRunFromStartToEnd() {
    let events: [Event] = [
      .began(at: Self.at(0), before: nil), .said([], at: Self.at(2)), .said(["feed_stale"], at: Self.at(100)),
      .said(["feed_stale", "venue_lost"], at: Self.at(110)), .said([], at: Self.at(130)),
      .ended("signal", at: Self.at(500)),
    ]
    #expect(
      spans(events, lastSign: 500, end: 600) == [
        "0.0-2.0 starting", "100.0-110.0 feed_stale", "110.0-130.0 feed_stale,venue_lost", "500.0-600.0 ended: signal",
      ])
  }

  @Test func aCrashIsAnOutageFromTheLastSignOfLife() {
    let crash: [Event] = [
      .began(at: Self.at(0), before: nil), .said([], at: Self.at(1)), .began(at: Self.at(300), before: Self.at(250)),
      .said([], at: Self.at(301)),
    ]
    // Without a later sign it counts from the last record on.
    #expect(
      spans(crash, lastSign: 400, end: 400) == [
        "0.0-1.0 starting", "250.0-300.0 died without a word", "300.0-301.0 starting",
      ])
    var known = crash
    known.insert(.wasSilent(since: Self.at(299.5), at: Self.at(300.5)), at: 3)
    #expect(
      spans(known, lastSign: 400, end: 400) == [
        "0.0-1.0 starting", "299.5-300.0 died without a word", "299.5-300.5 silent", "300.0-301.0 starting",
      ])
  }

  @Test func whatIsNotKnownIsNotReady() {
    // A session that never says that it is ready, as those of older builds.
    #expect(spans([.began(at: Self.at(0), before: nil)], lastSign: 90, end: 100) == ["0.0-100.0 starting"])
    // One that died and was not started again.
    let dead: [Event] = [.began(at: Self.at(0), before: nil), .said([], at: Self.at(1))]
    #expect(spans(dead, lastSign: 60, end: 100) == ["0.0-1.0 starting", "60.0-100.0 died without a word"])
    #expect(spans(dead, lastSign: 100, end: 100) == ["0.0-1.0 starting"])
    // It died while it was not ready.
    let ill = dead + [.said(["venue_lost"], at: Self.at(50)), .began(at: Self.at(80), before: Self.at(70))]
    #expect(
      spans(ill, lastSign: 80, end: 80) == [
        "0.0-1.0 starting", "50.0-70.0 venue_lost", "70.0-80.0 died without a word",
      ])
  }

  @Test func aHangIsAnOutage() {
    let events: [Event] = [
      .began(at: Self.at(0), before: nil), .said([], at: Self.at(0)), .wasSilent(since: Self.at(50), at: Self.at(75)),
    ]
    #expect(spans(events, lastSign: 100, end: 100) == ["50.0-75.0 silent"])
    let history = ReadinessHistory([], lastSign: nil, end: Self.at(1))
    #expect(history.start == nil && history.unready.isEmpty)
  }
}

@Suite struct ReadinessWatchTests {
  private func at(_ seconds: Double) -> Timestamp { AvailabilityTests.after(seconds) }

  @Test func onlyChangesAndSilencesGoOnRecord() {
    var watch = ReadinessWatch()
    #expect(watch.look([], at: at(0)) == [.readiness([])])
    for second in 1...20 { #expect(watch.look([], at: at(Double(second))).isEmpty) }
    #expect(watch.look(["venue_lost"], at: at(21)) == [.readiness(["venue_lost"])])
    #expect(watch.look(["venue_lost"], at: at(30.9)).isEmpty)
    #expect(watch.look([], at: at(40.9)) == [.silence(since: at(30.9)), .readiness([])])
  }

  @Test func aStopIsNoReasonAndLostBooksAre() {
    func reasons(_ degradations: Set<Degradation>, _ isReady: Bool, _ isOverdue: Bool) -> [String] {
      ReadinessWatch.reasons(degradations: degradations, isVenueReady: isReady, isFeedOverdue: isOverdue)
    }
    #expect(reasons([], true, false) == [])
    #expect(reasons([.feedStale, .unprotectedPosition], true, false) == [])
    #expect(reasons([], false, true) == ["feed_stale", "unreconciled"])
    #expect(reasons([.venueLost, .journalUnhealthy], false, false) == ["journal_unhealthy", "venue_lost"])
  }

  @Test(arguments: [ControlCommand.readiness([]), .readiness(["a", "b"]), .silence(since: Timestamp(milliseconds: 5))])
  func recordsReadBack(_ command: ControlCommand) throws {
    #expect(try ControlCommand(command.recorded(at: at(1))) == command)
  }
}
