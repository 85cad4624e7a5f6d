import Foundation
import GRDB
import Journal
import Testing

@Suite struct StoreTests {
  @Test(arguments: [JournalDurability.full, .relaxed])
  func reopensAndContinues(durability: JournalDurability) throws {
    let scratch = try Scratch()
    var head = JournalHead.empty
    for start in stride(from: 1, through: 31, by: 10) as StrideThrough<UInt64> {
      let store = try JournalStore.open(directory: scratch.path, durability: durability)
      #expect(store.openReport.wasCreated == (start == 1) && store.openReport.wasClosed)
      #expect(store.openReport.recordsBeyondHead == 0 && store.head == head)
      try store.append(records(start...start + 8) + [stateRecord(start + 9, "s\(start)")])
      head = store.head
      #expect(head.count == start + 9)
      #expect(try store.state() == Array("s\(start)".utf8))
      #expect(try store.stateSequence() == start + 9)
      #expect(try store.records(from: 1, limit: 1000).count == Int(start) + 9)
      #expect(try store.records(from: start, limit: 3) == records(start...start + 2))
      #expect(try store.record(start) == record(start))
      #expect(try store.newest(.state, limit: 9).map(\.sequence) == Array(stride(from: start + 9, to: 0, by: -10)))
      #expect(try store.record(start + 10) == nil)
      try store.close()
    }
    #expect(try ChainVerifier.verify(scratch.path) == .ok(head, beyondHead: 0))
  }

  @Test func oneBatchOrManyGiveTheSameChain() throws {
    let (one, many) = (try Scratch(), try Scratch())
    try journal(50, in: one)
    let store = try JournalStore.open(directory: many.path, durability: .full)
    for sequence in 1...50 as ClosedRange<UInt64> { try store.append([record(sequence)]) }
    try store.close()
    #expect(try ChainVerifier.verify(one.path) == ChainVerifier.verify(many.path))
  }

  @Test func refusesAnythingThatDoesNotContinue() throws {
    let scratch = try Scratch()
    let store = try JournalStore.open(directory: scratch.path, durability: .relaxed)
    try store.append(records(1...3))
    for batch in [[record(3)], [record(5)], [record(4), record(4)], [record(4), record(6)], [record(0)]] {
      #expect(throws: JournalError.self) { try store.append(batch) }
      #expect(store.head.count == 3 && store.isHealthy)
    }
    #expect(throws: JournalError.wrongSequence(expected: 5, found: 7)) {
      try store.append([record(4), record(7)])
    }
    try store.append([record(4)])
    #expect(try store.records(from: 1, limit: 10) == records(1...4))
  }

  @Test func headBehindTheTableIsRepaired() throws {
    let scratch = try Scratch()
    let store = try JournalStore.open(directory: scratch.path, durability: .full)
    try store.append(records(1...3))
    let old = try Data(contentsOf: URL(fileURLWithPath: scratch.head))
    try store.append(records(4...9))
    let head = store.head
    try store.close()
    try old.write(to: URL(fileURLWithPath: scratch.head))
    #expect(try ChainVerifier.verify(scratch.path) == .ok(head, beyondHead: 6))
    let again = try JournalStore.open(directory: scratch.path, durability: .full)
    #expect(again.head == head && again.openReport.recordsBeyondHead == 6 && !again.openReport.wasClosed)
    try again.append([record(10)])
    try again.close()
    guard case .ok(let end, beyondHead: 0) = try ChainVerifier.verify(scratch.path) else {
      return #expect(Bool(false), "chain after the repair")
    }
    #expect(end.count == 10)
  }

  @Test func damageInTheTailIsFoundAtOpening() throws {
    let scratch = try Scratch()
    try journal(9, in: scratch)
    try scratch.tamper("UPDATE record SET payload = x'7b7d' WHERE sequence = 7")
    #expect(
      throws: JournalError.damaged(
        directory: scratch.path, sequence: 7, reason: "its hash does not match its content")
    ) { try JournalStore.open(directory: scratch.path, durability: .full) }
  }

  @Test func oneWriterAtATime() throws {
    let scratch = try Scratch()
    let store = try JournalStore.open(directory: scratch.path, durability: .relaxed)
    #expect(throws: JournalError.inUse(directory: scratch.path, pid: Int(getpid()))) {
      try JournalStore.open(directory: scratch.path, durability: .relaxed)
    }
    try store.close()
    try JournalStore.open(directory: scratch.path, durability: .relaxed).close()
  }

  @Test func missingForeignAndUnknownJournalsAreRefused() throws {
    let scratch = try Scratch()
    #expect(throws: JournalError.missing(directory: scratch.path)) {
      try JournalStore.open(directory: scratch.path, durability: .full, createIfMissing: false)
    }
    try journal(1, in: scratch)
    try scratch.tamper("UPDATE meta SET schema = 'hrmbot.journal/3'")
    let error = JournalError.unknownSchema(path: scratch.database, found: "hrmbot.journal/3")
    #expect(throws: error) { try JournalStore.open(directory: scratch.path, durability: .full) }
    #expect(throws: error) { try JournalQuery(directory: scratch.path) }
    let foreign = try Scratch()
    try foreign.tamper("CREATE TABLE recipes (name TEXT)")
    #expect(throws: JournalError.self) { try JournalStore.open(directory: foreign.path, durability: .full) }
    let file = try Scratch()
    try Data().write(to: URL(fileURLWithPath: file.path + "/plain"))
    #expect(throws: JournalError.self) {
      try JournalStore.open(directory: file.path + "/plain/journal", durability: .full)
    }
  }

  @Test func fullDiskLeavesNothingHalfWrittenAndHeals() throws {
    let scratch = try Scratch()
    let store = try JournalStore.open(directory: scratch.path, durability: .full)
    try store.append(records(1...5))
    try store.limitPages(try store.pageCount())
    let head = store.head
    let big = (6...100 as ClosedRange<UInt64>).map { record($0, String(repeating: "x", count: 9000)) }
    #expect(throws: JournalError.self) { try store.append(big + [stateRecord(101, "s")]) }
    #expect(!store.isHealthy && store.failure != nil && store.head == head)
    #expect(throws: JournalError.unhealthy(reason: store.failure ?? "")) { try store.append([record(6)]) }
    #expect(try store.records(from: 1, limit: 1000) == records(1...5))
    #expect(try store.state() == nil)
    try store.recover()
    #expect(store.isHealthy && store.head == head)
    try store.append(big)
    try store.close()
    guard case .ok(let end, beyondHead: 0) = try ChainVerifier.verify(scratch.path) else {
      return #expect(Bool(false), "chain after the recovery")
    }
    #expect(end.count == 100)
  }

  @Test func headThatCannotBeWrittenMakesTheStoreUnhealthy() throws {
    let scratch = try Scratch()
    let store = try JournalStore.open(directory: scratch.path, durability: .full)
    try store.append([record(1)])
    // A directory in the way of the temporary file: not even root can open it for writing.
    try FileManager.default.createDirectory(atPath: scratch.head + ".tmp", withIntermediateDirectories: false)
    do {
      try store.append([record(2)])
      Issue.record("the head could not be written, and nobody said so")
    } catch JournalError.writeFailed(_, _, let committed) {
      #expect(committed && store.head.count == 2 && !store.isHealthy)
    }
    #expect(throws: (any Error).self) { try store.recover() }
    #expect(!store.isHealthy)
    try FileManager.default.removeItem(atPath: scratch.head + ".tmp")
    try store.recover()
    try store.append([record(3)])
    #expect(store.isHealthy && store.head.count == 3)
  }

  @Test func closedStoreTakesNothing() throws {
    let scratch = try Scratch()
    let store = try JournalStore.open(directory: scratch.path, durability: .relaxed)
    try store.close()
    try store.close()
    #expect(!store.isHealthy)
    #expect(throws: JournalError.closed) { try store.append([record(1)]) }
    #expect(throws: JournalError.closed) { try store.records(from: 1, limit: 1) }
    #expect(throws: JournalError.closed) { try store.recover() }
  }
}
