import Core
import Glibc
import Notify
import Synchronization
import Testing

@Suite struct NotifierTests {
  /// A channel that takes messages, or holds its thread until it is let go.
  private final class Sender: NoticeSender {
    let name: String
    let messages = Mutex<[NoticeMessage]>([])
    let isStuck = Atomic(false)
    let results = Mutex<[DeliveryResult]>([])

    init(_ name: String) { self.name = name }

    func send(_ message: NoticeMessage, from origin: NoticeOrigin, at now: Timestamp) -> DeliveryResult {
      while isStuck.load(ordering: .relaxed) { usleep(1000) }
      let result = results.withLock { $0.isEmpty ? DeliveryResult.sent : $0.removeFirst() }
      if result == .sent { messages.withLock { $0.append(message) } }
      return result
    }
  }

  private struct Clock: TimeSource {
    private let start = ContinuousClock.now
    var now: Timestamp { Timestamp(milliseconds: 1_700_000_000_000 + Int64(monotonicNanoseconds / 1_000_000)) }
    var monotonicNanoseconds: UInt64 {
      let parts = (ContinuousClock.now - start).components
      return UInt64(parts.seconds) * 1_000_000_000 + UInt64(parts.attoseconds / 1_000_000_000)
    }
  }

  private func notifier(_ senders: [Sender]) -> Notifier {
    Notifier(
      senders: senders, origin: NoticeOrigin(host: "here", mode: "PAPER"),
      rules: .init(minimum: .info, repeatMillis: 300_000, messagesPerHour: 100),
      limits: .init(unknownOrderMillis: 1, feedStaleMillis: 1, diskFreeMegabytes: 1), time: Clock(),
      diskFreeMegabytes: { 100 }, sleep: { try? await Task.sleep(for: .milliseconds($0)) }, log: { _ in })
  }

  private func eventually(_ condition: () -> Bool) async -> Bool {
    for _ in 0..<2000 {
      if condition() { return true }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return false
  }

  @Test func aChannelThatHangsHoldsUpNobody() async {
    let (good, stuck) = (Sender("good"), Sender("stuck"))
    stuck.isStuck.store(true, ordering: .relaxed)
    let notifier = notifier([stuck, good])
    let work = Task { await notifier.run(patienceMillis: 100) }
    notifier.post(Notice(.stop, subject: "L1", .critical, "one"))
    notifier.post(Notice(.stop, subject: "L2", .critical, "two"))
    #expect(await eventually { good.messages.withLock { $0.map(\.text) } == ["one", "two"] })
    #expect(notifier.counts.first { $0.channel == "stuck" }?.waiting == 2)
    work.cancel()
    await work.value
    stuck.isStuck.store(false, ordering: .relaxed)
  }

  @Test func whatFailsIsTriedAgainAndCounted() async {
    let sender = Sender("flaky")
    sender.results.withLock { $0 = [.failed("down", isTransient: true), .sent] }
    let notifier = notifier([sender])
    let work = Task { await notifier.run() }
    notifier.post(Notice(.stop, .critical, "one"))
    #expect(await eventually { notifier.counts[0].sent == 1 })
    #expect(notifier.counts[0].failed == 1 && notifier.counts[0].dropped == 0)
    work.cancel()
    await work.value
  }

  @Test func theEndTellsWhatIsOwed() async {
    let sender = Sender("good")
    let notifier = notifier([sender])
    let work = Task { await notifier.run() }
    notifier.post(Notice(.ended, .info, "signal"))
    work.cancel()
    await work.value
    #expect(sender.messages.withLock { $0.map(\.kind) } == [.ended])
  }

  @Test func moreNewsThanFitAreCountedAndCriticalOnesKept() {
    let notifier = notifier([Sender("good")])
    for place in 0..<2000 { notifier.post(Notice(.policy, subject: "\(place)", .warning, "x")) }
    for place in 0..<100 { notifier.post(Notice(.stop, subject: "\(place)", .critical, "x")) }
    #expect(notifier.held.dropped == UInt64(2000 - Notifier.waitingNews))
  }
}
