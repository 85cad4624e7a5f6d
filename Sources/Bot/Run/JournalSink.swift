import Core
import Journal

/// Records into the journal.
package struct JournalSink: RecordSink {
  private let writer: JournalWriter
  /// Whether `durable` waits. In virtual time a crash loses nothing that the same files do not give again.
  private let waits: Bool

  /// A sink into `writer`.
  package init(writer: JournalWriter, waits: Bool) {
    self.writer = writer
    self.waits = waits
  }

  package var isRecording: Bool { true }
  package var isHealthy: Bool { writer.isHealthy }
  package func take(_ record: JournalRecord) -> Bool { writer.enqueue(record) }
  package nonisolated(nonsending) func durable(_ sequence: UInt64) async -> Bool {
    waits ? await writer.durable(sequence) : writer.isHealthy
  }
}
