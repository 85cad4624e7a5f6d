import Core
import Execution
import Testing

@Suite struct ServedPartsTests {
  /// However often it fails: never more than ten attempts a minute, never later than thirty seconds (unless the ten are
  /// used up), and two bots do not keep step.
  @Test(arguments: [UInt64(1), 2, 3]) func attemptsAreSpread(_ seed: UInt64) {
    var moments: [[UInt64]] = []
    for stream in 0..<2 as Range<UInt64> {
      var schedule = ReconnectSchedule(
        random: CounterRandom(seed: seed, purpose: .reconnectJitter, step: stream))
      var now: UInt64 = 0
      var attempts: [UInt64] = []
      for _ in 0..<200 {
        schedule.attempted(at: now)
        attempts.append(now)
        schedule.ended(after: 0)
        let next = schedule.next(at: now)
        #expect(next > now, "seed \(seed)")
        #expect(next - now <= 60_000_000_000, "seed \(seed)")
        now = next
      }
      for (first, eleventh) in zip(attempts, attempts.dropFirst(ReconnectSchedule.attemptsPerMinute)) {
        #expect(eleventh - first >= 60_000_000_000, "seed \(seed)")
      }
      moments.append(attempts)
    }
    #expect(Set(moments[0]).intersection(moments[1]).count < 10)
  }

  @Test func aSessionThatStoodStartsTheWaitsAnew() {
    var schedule = ReconnectSchedule(random: CounterRandom(seed: 1, purpose: .reconnectJitter))
    for _ in 0..<12 { schedule.ended(after: 0) }
    let late = schedule.next(at: 0)
    #expect(late >= 15_000_000_000 && late <= 30_000_000_000)
    schedule.ended(after: ReconnectSchedule.soundNanoseconds)
    #expect(schedule.next(at: 0) <= 200_000_000)
  }

  @Test func gapsShowOnceReportsHaveHadTheirTime() {
    var sequence = ReportSequence(after: 10)
    #expect(!sequence.hasGap(at: .max))
    #expect(sequence.receive(11, at: 0) == .new)
    #expect(sequence.receive(11, at: 0) == .duplicate)
    #expect(sequence.receive(10, at: 0) == .duplicate)
    #expect(sequence.receive(14, at: 5) == .new)
    #expect(!sequence.hasGap(at: 4), "the moment of the look may be older than the news")
    #expect(!sequence.hasGap(at: 5 + ReportSequence.patienceNanoseconds))
    #expect(sequence.hasGap(at: 6 + ReportSequence.patienceNanoseconds))
    #expect(sequence.receive(13, at: 6) == .new)
    #expect(sequence.receive(12, at: 7) == .new)
    #expect(!sequence.hasGap(at: .max))
    #expect(sequence.receive(12, at: 8) == .duplicate)
    // A jump beyond all bounds is a gap at once, and costs no memory.
    #expect(sequence.receive(.max, at: 9) == .new)
    #expect(sequence.hasGap(at: 9))
  }
}
