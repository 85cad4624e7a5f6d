import Core
import Notify
import Testing

@Suite struct QueueTests {
  private static let start = Timestamp(milliseconds: 1_700_000_000_000)
  private func message(_ number: UInt64, _ importance: Importance = .info) -> NoticeMessage {
    NoticeMessage(number: number, kind: .test, importance: importance, text: "", at: Self.start)
  }

  @Test func triesAgainEverLaterAndGivesUp() {
    var queue = DeliveryQueue()
    queue.add(message(1))
    queue.add(message(2))
    var now = Self.start
    var pauses: [Int64] = []
    while queue.next(at: now)?.number == 1 {
      queue.finish(.failed("down", isTransient: true), at: now)
      let tried = now
      while queue.next(at: now) == nil { now = now.adding(milliseconds: 1000) }
      pauses.append(now.millisecondsSince(tried) / 1000)
    }
    // The second message follows at once when the first is given up.
    #expect(pauses == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 0])
    #expect(queue.failed == UInt64(DeliveryQueue.tries) && queue.dropped == 1 && queue.lastFailure == "down")
    queue.finish(.sent, at: now)
    #expect(queue.sent == 1 && queue.count == 0 && queue.next(at: now) == nil)
  }

  @Test func whatCannotHelpIsNotTriedAgain() {
    var queue = DeliveryQueue()
    queue.add(message(1))
    queue.finish(.failed("no such chat", isTransient: false), at: Self.start)
    #expect(queue.count == 0 && queue.dropped == 1)
  }

  @Test func theOtherSidesWishForPatienceCounts() {
    var queue = DeliveryQueue()
    queue.add(message(1))
    queue.finish(.failed("busy", isTransient: true, afterSeconds: 60), at: Self.start)
    #expect(queue.next(at: Self.start.adding(milliseconds: 59_999)) == nil)
    #expect(queue.next(at: Self.start.adding(milliseconds: 60_000)) != nil)
  }

  @Test func aFullQueueKeepsWhatIsImportant() {
    var queue = DeliveryQueue()
    queue.add(message(0))
    for number in 1...UInt64(DeliveryQueue.capacity) { queue.add(message(number, number == 1 ? .critical : .info)) }
    for number in 1000..<1050 as Range<UInt64> { queue.add(message(number)) }
    #expect(queue.count == DeliveryQueue.capacity && queue.dropped == 51)
    #expect(queue.next(at: Self.start)?.number == 0)
    queue.finish(.sent, at: Self.start)
    #expect(queue.next(at: Self.start)?.number == 1)
  }
}
