import Core
import Notify
import Testing

@Suite struct PolicyTests {
  private static let start = Timestamp(milliseconds: 1_700_000_000_000)
  private func after(_ seconds: Int64) -> Timestamp { Self.start.adding(milliseconds: seconds * 1000) }
  private func policy(_ minimum: Importance = .info, perHour: Int = 30) -> NotificationPolicy {
    NotificationPolicy(rules: .init(minimum: minimum, repeatMillis: 300_000, messagesPerHour: perHour))
  }
  private func news(_ kind: NoticeKind, _ importance: Importance = .warning, subject: String = "") -> Notice {
    Notice(kind, subject: subject, importance, "it is \(kind.rawValue)")
  }

  @Test func theFirstIsToldAtOnceAndRepeatsAreCounted() {
    var policy = policy()
    #expect(policy.take(news(.feedStale), at: after(0)).map(\.text) == ["it is feed_stale"])
    for second in 1...13 { #expect(policy.take(news(.feedStale), at: after(Int64(second))).isEmpty) }
    #expect(policy.due(at: after(299)).isEmpty && policy.coalesced == 13)
    #expect(policy.due(at: after(300)).map(\.text) == ["it is feed_stale … and 12 more"])
    // It may go on: told once a while, and forgotten when it ended.
    #expect(policy.take(news(.feedStale), at: after(301)).isEmpty)
    #expect(policy.due(at: after(600)).map(\.text) == ["it is feed_stale"])
    #expect(policy.due(at: after(900)).isEmpty)
    #expect(policy.take(news(.feedStale), at: after(901)).count == 1)
  }

  @Test func newsOfDifferentSubjectsAreDifferent() {
    var policy = policy()
    let first = policy.take(news(.stop, .critical, subject: "L1"), at: after(0))
    let second = policy.take(news(.stop, .critical, subject: "L2"), at: after(0))
    #expect(first.count == 1 && second.count == 1 && first[0].number == 1 && second[0].number == 2)
  }

  @Test func whatIsNotImportantEnoughIsNotTold() {
    var policy = policy(.critical)
    #expect(policy.take(news(.policy, .warning), at: after(0)).isEmpty)
    #expect(policy.take(news(.stop, .critical), at: after(0)).count == 1)
  }

  @Test func anHourHasAMostAndWhatIsMoreIsOneCount() {
    var policy = policy(perHour: 2)
    var told = 0
    for place in 0..<10 { told += policy.take(news(.policy, subject: "\(place)"), at: after(Int64(place))).count }
    #expect(told == 2 && policy.limited == 8)
    // A stop is told whatever the hour has seen.
    #expect(policy.take(news(.stop, .critical, subject: "L1"), at: after(11)).map(\.kind) == [.stop])
    #expect(policy.due(at: after(3599)).isEmpty)
    #expect(policy.due(at: after(3600)).map(\.text) == ["8 messages were held back: policy 8"])
  }

  @Test func anEndTellsWhatIsOwed() {
    var policy = policy()
    _ = policy.take(news(.feedStale), at: after(0))
    _ = policy.take(news(.feedStale), at: after(1))
    _ = policy.take(news(.policy), at: after(2))
    #expect(policy.last(at: after(3)).map(\.text) == ["it is feed_stale"])
  }

  @Test func memoryIsBounded() {
    var policy = policy(perHour: 1000)
    for place in 0..<5000 {
      _ = policy.take(news(.stop, .critical, subject: "\(place)"), at: after(0))
      _ = policy.take(news(.stop, .critical, subject: "\(place)"), at: after(0))
    }
    #expect(policy.last(at: after(1)).count == NotificationPolicy.keysKept)
  }

  @Test func aClockThatIsSetBackHoldsNothingBack() {
    var policy = policy(perHour: 1)
    _ = policy.take(news(.feedStale), at: after(100_000))
    _ = policy.take(news(.feedStale), at: after(100_001))
    #expect(policy.due(at: after(0)).count == 1)
  }
}
