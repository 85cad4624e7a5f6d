import Bot
import Testing

@Suite("Time of a decision")
struct DecisionTimeTests {
  @Test func theBoundIsTheDeadlineAndASegmentHalfAsLongAgain() {
    let time = DecisionTime(deadlineMillis: 5, segmentMillis: 20, together: 1)
    #expect(time.boundNanoseconds == 35_000_000)
    #expect(DecisionTime(deadlineMillis: 5, segmentMillis: 20, together: 3).boundNanoseconds == 95_000_000)
    #expect(DecisionTime(deadlineMillis: 5, segmentMillis: 0, together: 1).boundNanoseconds == 5_000_000)
  }

  @Test func lateAnswersAreCountedByHowLateTheyAre() {
    let time = DecisionTime(deadlineMillis: 5, segmentMillis: 20, together: 1)
    for nanoseconds: UInt64 in [1, 5_000_000, 5_000_001, 35_000_000, 35_000_001, 21_000_000] {
      time.note(nanoseconds: nanoseconds)
    }
    #expect(time.counts.overruns == 3)
    #expect(time.counts.beyondBound == 1)
    #expect(time.counts.largestOverrunNanoseconds == 30_000_001)
  }
}
