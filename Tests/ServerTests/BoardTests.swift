import Core
import Server
import Testing

@Suite("What the bot last said")
struct BoardTests {
  @Test func readinessNamesEveryReason() {
    #expect(Readiness(nil, ageMillis: 0).reasons == ["starting"])
    var snapshot = Sample.snapshot
    #expect(Readiness(snapshot, ageMillis: 2000).isReady)
    let late = Readiness(snapshot, ageMillis: 2001)
    #expect(!late.isAlive && !late.isReady && late.reasons == ["loop_stalled"])
    snapshot.latch = Sample.latch(.flatten)
    snapshot.degradations = ["unreconciled"]
    snapshot.isJournalHealthy = false
    snapshot.isVenueConnected = false
    snapshot.staleInstruments = ["SIM-BTC"]
    let readiness = Readiness(snapshot, ageMillis: 0)
    #expect(readiness.isAlive && !readiness.isReady)
    #expect(
      readiness.reasons == ["stopped:flatten", "unreconciled", "journal_unhealthy", "venue_lost", "feed_stale"])
    // Named once, whoever names it.
    snapshot.degradations = ["journal_unhealthy", "venue_lost", "feed_stale"]
    #expect(
      Readiness(snapshot, ageMillis: 0).reasons == ["stopped:flatten", "journal_unhealthy", "venue_lost", "feed_stale"])
  }

  @Test func ageIsTheTimeSinceTheLastWord() {
    let time = VirtualTime(start: Timestamp(milliseconds: 5000))
    let board = StatusBoard(time: time)
    #expect(!board.readiness.isAlive)
    board.publish(Sample.snapshot)
    time.set(Timestamp(milliseconds: 6500))
    #expect(board.latest.ageMillis == 1500 && board.readiness.isReady)
    time.set(Timestamp(milliseconds: 7001))
    #expect(!board.readiness.isAlive)
  }

  @Test func decisionsAreKeptToALimitNewestFirst() {
    let board = StatusBoard(time: VirtualTime(start: Timestamp(milliseconds: 0)))
    for number in 0..<(3 * ServerLimits.decisions) { board.publish(decision: Array("\(number)".utf8)) }
    let kept = board.decisions(limit: .max).map { String(decoding: $0, as: UTF8.self) }
    #expect(kept.count == ServerLimits.decisions)
    #expect(kept.first == "\(3 * ServerLimits.decisions - 1)" && kept.last == "\(2 * ServerLimits.decisions)")
    #expect(board.decisions(limit: 2).count == 2 && board.decisions(limit: -1).isEmpty)
  }

  @Test func aSlowSubscriberLosesTheOldestAndHoldsUpNobody() async {
    let board = StatusBoard(time: VirtualTime(start: Timestamp(milliseconds: 0)))
    let slow = board.subscribe()
    for number in 0..<(ServerLimits.waitingEvents + 10) { board.publish(decision: Array("\(number)".utf8)) }
    #expect(board.dropped == 10)
    var iterator = slow?.makeAsyncIterator()
    guard case .decision(let json)? = await iterator?.next() else {
      Issue.record("no decision")
      return
    }
    #expect(String(decoding: json, as: UTF8.self) == "10")
  }

  @Test func subscribersHaveALimitAndAreForgottenWhenTheyGo() async {
    let board = StatusBoard(time: VirtualTime(start: Timestamp(milliseconds: 0)))
    do {
      var streams: [Any] = []
      for _ in 0..<ServerLimits.subscribers { board.subscribe().map { streams.append($0) } }
      #expect(streams.count == ServerLimits.subscribers && board.subscribe() == nil)
    }
    #expect(board.subscribers == 0)
    #expect(board.subscribe() != nil)
  }

  @Test func metricsAreWellFormed() {
    let text = BotMetrics.text(Sample.snapshot, Readiness(Sample.snapshot, ageMillis: 250), ageMillis: 250)
    #expect(text.contains("hrmbot_ready 1\n"))
    #expect(text.contains("hrmbot_vetoes_total{check=\"spread\"} 3\n"))
    #expect(text.contains("policy=\"sma \\\"cross\\\"\\\\\\n\""))
    #expect(text.contains("hrmbot_loop_age_seconds 0.25\n"))
    #expect(text.contains("hrmbot_stop_latched{source=\"http\"} 0\n"))
    var families: Set<Substring> = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) where line.hasPrefix("# TYPE ") {
      let words = line.split(separator: " ")
      #expect(families.insert(words[2]).inserted, "\(line)")
      // The format's rule: what only rises ends in _total.
      #expect((words[3] == "counter") == words[2].hasSuffix("_total"), "\(line)")
    }
    #expect(families.count == 27 && text.hasSuffix("\n"), "\(families.sorted())")
    let unknown = BotMetrics.text(nil, Readiness(nil, ageMillis: 0), ageMillis: 0)
    #expect(unknown.contains("hrmbot_up 0\n") && unknown.contains("hrmbot_ready 0\n"))
  }
}
