import Bot
import Testing

@Suite("Time of a decision")
struct DecisionTimeTests {
  @Test func theBoundIsTheDeadlineAndThreeTimesTheMeasuredSegment() {
    let time = DecisionTime(deadlineMillis: 5, segmentMillis: 20, together: 1)
    #expect(time.boundNanoseconds == 65_000_000)
    #expect(DecisionTime(deadlineMillis: 5, segmentMillis: 20, together: 3).boundNanoseconds == 185_000_000)
    #expect(DecisionTime(deadlineMillis: 5, segmentMillis: 0, together: 1).boundNanoseconds == 5_000_000)
  }

  @Test func lateAnswersAreCountedByHowLateTheyAre() {
    let time = DecisionTime(deadlineMillis: 5, segmentMillis: 20, together: 1)
    for nanoseconds: UInt64 in [1, 5_000_000, 5_000_001, 65_000_000, 65_000_001, 21_000_000] {
      time.note(nanoseconds: nanoseconds)
    }
    #expect(time.counts.overruns == 3)
    #expect(time.counts.beyondBound == 1)
    #expect(time.counts.largestOverrunNanoseconds == 60_000_001)
  }
}
