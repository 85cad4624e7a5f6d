import Core
import Testing

@Suite struct MailboxTests {
  @Test func elementsComeInOrder() async {
    let mailbox = Mailbox<Int>(capacity: 4) { _ in .keep }
    for number in 1...3 { #expect(mailbox.send(number)) }
    #expect(mailbox.count == 3)
    #expect(mailbox.poll() == 1)
    #expect(await mailbox.next() == 2)
    #expect(mailbox.poll() == 3 && mailbox.poll() == nil)
    #expect(mailbox.counters.received == 3 && mailbox.counters.highWater == 3)
  }

  @Test func whatMustNotBeLostIsKeptToTheHardLimit() {
    let mailbox = Mailbox<Int>(capacity: 2, hardLimit: 5) { _ in .keep }
    #expect((1...7).map { mailbox.send($0) } == [true, true, true, true, true, false, false])
    #expect(mailbox.counters.refused == 2 && mailbox.counters.dropped == 0)
    #expect((1...5).map { _ in mailbox.poll() } == [1, 2, 3, 4, 5])
    #expect(Mailbox<Int>(capacity: 3) { _ in .keep }.hardLimit == 12)
  }

  @Test func theNewestIsDroppedAndCounted() {
    let mailbox = Mailbox<Int>(capacity: 2) { _ in .dropNewest }
    #expect((1...4).map { mailbox.send($0) } == [true, true, false, false])
    #expect(mailbox.counters.dropped == 2)
    #expect(mailbox.poll() == 1 && mailbox.poll() == 2 && mailbox.poll() == nil)
  }

  @Test func onlyTheLatestOfAKeyWaits() {
    let mailbox = Mailbox<(key: Int, value: Int)>(capacity: 2) { .conflate(key: $0.key) }
    for value in 0..<10 { #expect(mailbox.send((1, value))) }
    #expect(mailbox.send((2, 20)))
    #expect(mailbox.send((1, 10)))
    #expect(mailbox.counters.conflated == 10 && mailbox.counters.dropped == 0 && mailbox.count == 2)
    #expect(mailbox.send((3, 30)), "the oldest makes room for a new key")
    #expect(mailbox.counters.dropped == 1)
    #expect(mailbox.poll()?.value == 10)
    #expect(mailbox.poll()?.value == 30)
  }

  @Test func conflatingNeverPushesOutWhatIsKept() {
    let mailbox = Mailbox<Int>(capacity: 2) { $0 < 10 ? .keep : .conflate(key: $0) }
    #expect(mailbox.send(1) && mailbox.send(2))
    #expect(!mailbox.send(10))
    #expect(mailbox.counters.dropped == 1)
    #expect(mailbox.send(3))
    #expect((1...3).map { _ in mailbox.poll() } == [1, 2, 3])
  }

  @Test func aClosedMailboxGivesWhatWaitsAndThenEnds() async {
    let mailbox = Mailbox<Int>(capacity: 2) { _ in .keep }
    mailbox.send(1)
    mailbox.close()
    #expect(!mailbox.send(2))
    #expect(await mailbox.next() == 1)
    #expect(await mailbox.next() == nil)
  }

  @Test func aWaitingReceiverIsWoken() async {
    let mailbox = Mailbox<Int>(capacity: 1) { _ in .dropNewest }
    let receiver = Task {
      var seen: [Int] = []
      while let number = await mailbox.next() { seen.append(number) }
      return seen
    }
    var sent = 0
    while sent < 100 {
      if mailbox.send(sent) { sent += 1 } else { await Task.yield() }
    }
    mailbox.close()
    #expect(await receiver.value == Array(0..<100))
  }

  @Test func manySendersLoseNothing() async {
    let mailbox = Mailbox<Int>(capacity: 100_000) { _ in .keep }
    let senders = 8
    let each = 2000
    async let received = { () -> [Int] in
      var seen: [Int] = []
      while let number = await mailbox.next() { seen.append(number) }
      return seen
    }()
    await withTaskGroup(of: Void.self) { group in
      for sender in 0..<senders {
        group.addTask { for number in 0..<each { mailbox.send(sender * each + number) } }
      }
    }
    mailbox.close()
    let seen = await received
    #expect(seen.count == senders * each)
    #expect(Set(seen).count == senders * each)
    for sender in 0..<senders {
      let own = seen.filter { $0 / each == sender }
      #expect(own == own.sorted(), "each sender's elements stay in order")
    }
    #expect(mailbox.counters.received == UInt64(senders * each))
  }
}
