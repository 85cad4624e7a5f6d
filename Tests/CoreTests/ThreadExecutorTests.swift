import Core
import Foundation
import Testing

/// The thread that runs the caller, asked outside of an async function, where the question is allowed.
private func currentThread() -> ObjectIdentifier { ObjectIdentifier(Thread.current) }

@Suite struct ThreadExecutorTests {
  actor Stage {
    let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    let next: Stage?
    private(set) var seen: [Int] = []
    private(set) var threads: Set<ObjectIdentifier> = []

    init(_ executor: ThreadExecutor, next: Stage? = nil) {
      self.executor = executor
      self.next = next
    }

    func nameInTheKernel() throws -> String {
      try String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
    }

    func receive(_ number: Int) async {
      executor.checkIsolated()
      threads.insert(currentThread())
      seen.append(number)
      await next?.receive(number)
    }
  }

  @Test func actorsShareOneThreadAndKeepOrder() async {
    let executor = ThreadExecutor(name: "test")
    let second = Stage(executor)
    let first = Stage(executor, next: second)
    for number in 0..<500 { await first.receive(number) }
    #expect(await first.seen == Array(0..<500))
    #expect(await second.seen == Array(0..<500))
    let threads = await first.threads
    #expect(threads.count == 1)
    #expect(await second.threads == threads)
    executor.stop()
  }

  /// An operator who looks at a busy or hanging bot must see which thread it is.
  @Test func theKernelKnowsTheNameOfAThread() async throws {
    let executor = ThreadExecutor(name: "known-name")
    #expect(try await Stage(executor).nameInTheKernel() == "known-name\n")
    executor.stop()
  }

  @Test func manyTasksAreServedOneAtATime() async {
    let executor = ThreadExecutor(name: "test")
    let stage = Stage(executor)
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<1000 { group.addTask { await stage.receive(number) } }
    }
    #expect(await stage.seen.sorted() == Array(0..<1000))
    #expect(await stage.threads.count == 1)
    executor.stop()
  }

  @Test func executorsHaveThreadsOfTheirOwn() async {
    let one = ThreadExecutor(name: "one")
    let two = ThreadExecutor(name: "two")
    let first = Stage(one)
    let second = Stage(two)
    await first.receive(1)
    await second.receive(1)
    #expect(await first.threads.isDisjoint(with: second.threads))
    one.stop()
    two.stop()
  }

  @Test func stoppingEndsTheThreadAndFreesTheExecutor() async throws {
    weak var left: ThreadExecutor?
    do {
      let executor = ThreadExecutor(name: "test")
      left = executor
      let stage = Stage(executor)
      await stage.receive(1)
      #expect(await stage.seen == [1])
      executor.stop()
    }
    for _ in 0..<500 where left != nil { try await Task.sleep(for: .milliseconds(10)) }
    #expect(left == nil)
  }
}
