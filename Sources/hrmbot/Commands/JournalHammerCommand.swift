import ArgumentParser
import Bot
import Core
import Foundation
import Journal

/// Writes a journal as fast as it becomes durable and says so: what crash and disk tests are made with.
struct JournalHammerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hammer", abstract: "Write records and print each number once it is durable: for tests of disks.",
    discussion: """
      EXAMPLE
        hrmbot journal hammer /tmp/hammered --records 1000
      """, shouldDisplay: false)
  @Argument(help: "Directory of the journal.") var directory: String
  @Option(help: "Record at which to end; an existing journal is continued.") var records: UInt64
  @Option(help: "Bytes from which the file becomes an archive; 0: never.") var rotateBytes = 0
  @Option(help: "Archives that are kept; 0: all.") var keepArchives = 0
  @Option(help: "Bytes of a record, roughly.") var size = 400
  @Option(help: "Records that are put in before the newest is waited for.") var group: UInt64 = 3
  @Option(help: "Milliseconds without a durable record after which it gives up.") var patienceMillis = 20_000

  func run() async throws {
    guard group > 0 else { throw ValidationError("--group must be 1 at least") }
    let store: JournalStore
    do { store = try JournalStore.open(directory: directory, durability: .full) } catch {
      throw StartError("\(error)", exitCode: 73)
    }
    store.rotation = JournalRotation(limitBytes: rotateBytes, keptArchives: keepArchives)
    var next = store.head.count + 1
    nonisolated(unsafe) let handedOver = store
    let writer = JournalWriter(
      store: handedOver, executor: ThreadExecutor(name: "journal"), capacity: 65_536, groupCommitMillis: 0)
    var isEnqueued = true
    while next <= records, isEnqueued {
      let last = min(records, next + group - 1)
      for sequence in next...last { isEnqueued = writer.enqueue(item(sequence)) && isEnqueued }
      guard await becomesDurable(last, writer) else { break }
      Output.write((next...last).map { "\($0)\n" }.joined(), to: STDOUT_FILENO)
      next = last + 1
    }
    let failure = writer.failure
    await writer.close()
    guard next > records else { throw StartError("\(directory): \(failure ?? "a record was refused")", exitCode: 73) }
  }

  private func becomesDurable(_ sequence: UInt64, _ writer: JournalWriter) async -> Bool {
    let pauseMillis = 50
    for _ in 0...(patienceMillis / pauseMillis) {
      if await writer.durable(sequence) { return true }
      Console.error("not durable: \(writer.failure ?? "closed")")
      if await !writer.recover() { try? await Task.sleep(for: .milliseconds(pauseMillis)) }
    }
    return false
  }

  /// Every fifth record is a bar, every seventh names a state.
  private func item(_ sequence: UInt64) -> JournalRecord {
    if sequence % 7 == 0 {
      let state = Array("{\"n\":\(sequence)}".utf8)
      return JournalRecord(
        sequence: sequence, kind: .state,
        payload: RecordEncoder.state(StateRecord(of: state, isWithinInput: false)), state: state)
    }
    let text = "{\"at\":\(sequence),\"text\":\"\(String(repeating: "x", count: max(0, size - 64)))\"}"
    return JournalRecord(sequence: sequence, kind: sequence % 5 == 0 ? .bar : .timer, payload: Array(text.utf8))
  }
}
