import Core
import Journal

/// Records into the journal.
public struct JournalSink: RecordSink {
  private let writer: JournalWriter
  /// Whether `durable` waits. In virtual time a crash loses nothing that the same files do not give again.
  private let waits: Bool

  /// A sink into `writer`.
  public init(writer: JournalWriter, waits: Bool) {
    self.writer = writer
    self.waits = waits
  }

  public var isRecording: Bool { true }
  public var isHealthy: Bool { writer.isHealthy }
  public func take(_ record: JournalRecord) -> Bool { writer.enqueue(record) }
  public func durable(_ sequence: UInt64) async -> Bool { waits ? await writer.durable(sequence) : writer.isHealthy }
}
