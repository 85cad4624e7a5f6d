import Core
import Foundation
import Journal
import Testing

/// Holds an executor's thread, so that a test decides when the writer works.
private actor Blocker {
  let executor: ThreadExecutor
  let gate = DispatchSemaphore(value: 0)
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  init(_ executor: ThreadExecutor) { self.executor = executor }
  /// Returns once the thread is held, until `gate` is signalled.
  nonisolated func hold() async {
    await withCheckedContinuation { held in
      Task { await block(held) }
    }
  }
  private func block(_ held: CheckedContinuation<Void, Never>) {
    held.resume()
    gate.wait()
  }
}

@Suite struct WriterTests {
  private func writer(
    _ scratch: Scratch, capacity: Int = 1000, millis: Int = 5, durability: JournalDurability = .relaxed,
    limitPages: Bool = false
  ) throws -> (JournalWriter, ThreadExecutor) {
    let executor = ThreadExecutor(name: "journal")
    let store = try JournalStore.open(directory: scratch.path, durability: durability)
    if limitPages { try store.limitPages(try store.pageCount()) }
    return (
      JournalWriter(store: store, executor: executor, capacity: capacity, groupCommitMillis: millis), executor
    )
  }

  @Test(arguments: [JournalDurability.full, .relaxed])
  func writesEverythingInOrder(durability: JournalDurability) async throws {
    let scratch = try Scratch()
    let (writer, executor) = try writer(scratch, capacity: 64, durability: durability)
    for sequence in 1...500 as ClosedRange<UInt64> {
      await writer.waitForRoom()
      #expect(writer.enqueue(record(sequence)))
    }
    #expect(await writer.durable(500))
    #expect(writer.committedCount == 500 && writer.waitingCount == 0)
    let counters = writer.counters
    #expect(counters.enqueued == 500 && counters.committed == 500 && counters.refusedFull == 0)
    #expect(counters.highWater <= 33 && counters.batches < 500)
    await writer.close()
    executor.stop()
    let query = try JournalQuery(directory: scratch.path)
    #expect(try query.records(from: 1, limit: 1000) == records(1...500))
    guard case .ok(let head, beyondHead: 0) = try ChainVerifier.verify(scratch.path) else {
      return #expect(Bool(false), "chain of the writer")
    }
    #expect(head.count == 500)
  }

  @Test func durableMeansCommitted() async throws {
    let scratch = try Scratch()
    // An hour of gathering: only somebody who waits makes the writer commit.
    let (writer, executor) = try writer(scratch, millis: 3_600_000, durability: .full)
    for sequence in 1...20 as ClosedRange<UInt64> {
      #expect(writer.enqueue(record(2 * sequence - 1)))
      #expect(writer.enqueue(record(2 * sequence)))
      #expect(await writer.durable(2 * sequence - 1))
      let query = try JournalQuery(directory: scratch.path)
      #expect(try query.record(2 * sequence - 1) != nil)
    }
    #expect(await writer.durable(41) == false, "a record that was never enqueued")
    await writer.close()
    #expect(await writer.durable(40))
    #expect(await writer.durable(41) == false)
    executor.stop()
  }

  @Test func fullQueueRefusesAndCounts() async throws {
    let scratch = try Scratch()
    let (writer, executor) = try writer(scratch, capacity: 8)
    let blocker = Blocker(executor)
    await blocker.hold()
    for sequence in 1...8 as ClosedRange<UInt64> { #expect(writer.enqueue(record(sequence))) }
    #expect(!writer.enqueue(record(9)) && !writer.enqueue(record(9)))
    #expect(writer.isHealthy && writer.waitingCount == 8)
    #expect(writer.counters.refusedFull == 2 && writer.counters.highWater == 8)
    blocker.gate.signal()
    #expect(await writer.durable(8))
    #expect(writer.enqueue(record(9)), "the number of a refused record is still free")
    #expect(!writer.enqueue(record(11)) && !writer.enqueue(record(9)))
    #expect(writer.counters.refusedSequence == 2)
    await writer.close()
    #expect(!writer.enqueue(record(10)) && !writer.isHealthy)
    #expect(writer.counters.refusedClosed == 1 && writer.committedCount == 9)
    executor.stop()
  }

  @Test func waitingRecordsShareACommit() async throws {
    let scratch = try Scratch()
    let (writer, executor) = try writer(scratch, capacity: 20_000, durability: .full)
    let blocker = Blocker(executor)
    await blocker.hold()
    for sequence in 1...10_000 as ClosedRange<UInt64> { #expect(writer.enqueue(record(sequence))) }
    blocker.gate.signal()
    #expect(await writer.durable(10_000))
    #expect(writer.counters.batches == 3 && writer.counters.largestBatch == JournalWriter.batchLimit)
    await writer.close()
    executor.stop()
  }

  @Test func stateGoesWithTheRecordsItContains() async throws {
    let scratch = try Scratch()
    let (writer, executor) = try writer(scratch, durability: .full)
    #expect(writer.enqueue(stateRecord(1, "old")))
    #expect(writer.enqueue(stateRecord(2, "new")))
    #expect(writer.enqueue(record(3)))
    #expect(await writer.durable(3))
    #expect(try JournalQuery(directory: scratch.path).state() == Array("new".utf8))
    #expect(writer.enqueue(stateRecord(4, "last")))
    await writer.close()
    executor.stop()
    let store = try JournalStore.open(directory: scratch.path, durability: .relaxed)
    #expect(try store.state() == Array("last".utf8))
    #expect(try store.stateSequence() == 4)
  }

  @Test func failureIsToldToAllAndHeals() async throws {
    let scratch = try Scratch()
    let (writer, executor) = try writer(scratch, capacity: 64, durability: .full, limitPages: true)
    let blocker = Blocker(executor)
    await blocker.hold()
    let text = String(repeating: "y", count: 20_000)
    for sequence in 1...40 as ClosedRange<UInt64> { #expect(writer.enqueue(record(sequence, text))) }
    async let first = writer.durable(1)
    async let last = writer.durable(40)
    async let room: Void = writer.waitForRoom()
    blocker.gate.signal()
    #expect(await first == false)
    #expect(await last == false)
    await room
    #expect(!writer.isHealthy && writer.failure != nil && writer.committedCount == 0)
    #expect(writer.enqueue(record(41)), "it waits in the queue for the recovery")
    #expect(await writer.durable(41) == false, "and nobody may rely on it")
    for sequence in 42...64 as ClosedRange<UInt64> { #expect(writer.enqueue(record(sequence))) }
    #expect(!writer.enqueue(record(65)) && writer.counters.refusedFull == 1, "the queue's limit holds")
    #expect(await writer.recover())
    #expect(writer.isHealthy && writer.committedCount >= 40)
    #expect(await writer.durable(64))
    #expect(writer.counters.failures == 1 && writer.counters.recoveries == 1)
    await writer.close()
    executor.stop()
    guard case .ok(let head, beyondHead: 0) = try ChainVerifier.verify(scratch.path) else {
      return #expect(Bool(false), "chain after the failure")
    }
    #expect(head.count == 64)
  }

  @Test func closingDrains() async throws {
    let scratch = try Scratch()
    let (writer, executor) = try writer(scratch, millis: 3_600_000)
    for sequence in 1...100 as ClosedRange<UInt64> { #expect(writer.enqueue(record(sequence))) }
    await writer.close()
    await writer.close()
    #expect(writer.committedCount == 100)
    executor.stop()
  }
}
