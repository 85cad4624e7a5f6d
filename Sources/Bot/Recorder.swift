import Core
import Journal
import Synchronization

/// Where records go: the journal, nowhere, or a comparison with what was recorded before.
package protocol RecordSink: Sendable {
  /// Whether records are wanted at all; if not, none is encoded.
  var isRecording: Bool { get }
  /// Whether what is recorded will last. False stops new positions.
  var isHealthy: Bool { get }
  /// Takes a record without waiting. False: it is lost, and the sink unhealthy.
  func take(_ record: JournalRecord) -> Bool
  /// Waits until a record is durable; false if it never will be.
  nonisolated(nonsending) func durable(_ sequence: UInt64) async -> Bool
}

/// Runs without a journal.
package struct NoRecords: RecordSink {
  /// A sink that keeps nothing.
  package init() {}
  package var isRecording: Bool { false }
  package var isHealthy: Bool { true }
  package func take(_ record: JournalRecord) -> Bool { true }
  package nonisolated(nonsending) func durable(_ sequence: UInt64) async -> Bool { true }
}

/// Gives every record its sequence number and hands it on. Called on the engine's executor only, so numbers follow the
/// order of events.
package final class Recorder: Sendable {
  private let next: Atomic<UInt64>
  private let lost = Atomic(false)
  private let sink: any RecordSink
  private let time: any TimeSource
  /// Whether records are wanted at all.
  package let isRecording: Bool
  private let isVirtual: Bool

  /// A recorder that goes on after `lastSequence`.
  package init(sink: any RecordSink, lastSequence: UInt64, time: any TimeSource, isVirtual: Bool) {
    self.sink = sink
    self.time = time
    self.isVirtual = isVirtual
    isRecording = sink.isRecording
    next = Atomic(lastSequence + 1)
  }

  /// The number that the next record will bear.
  package var nextSequence: UInt64 { next.load(ordering: .relaxed) }

  /// Whether a record was refused. From then on the journal has a hole that only a restart closes: its numbers must
  /// follow one another.
  package var hasLost: Bool { lost.load(ordering: .relaxed) }

  /// Whether what is recorded will last.
  package var isHealthy: Bool { !hasLost && sink.isHealthy }

  /// Writes one record; `payload` is asked for only if records are wanted. `state` is the one that the payload names.
  /// Returns its sequence number.
  @discardableResult
  package func record(
    _ kind: RecordKind, latency: [UInt8]? = nil, state: [UInt8]? = nil, _ payload: (UInt64) -> [UInt8]
  ) -> UInt64 {
    let sequence = next.wrappingAdd(1, ordering: .relaxed).oldValue
    guard isRecording else { return sequence }
    let wall = isVirtual ? 0 : time.now.milliseconds * 1000
    let record = JournalRecord(
      sequence: sequence, kind: kind, payload: payload(sequence), wallMicros: wall, latency: latency, state: state)
    if !sink.take(record) { lost.store(true, ordering: .relaxed) }
    return sequence
  }

  /// Waits until a record is durable; false if it never will be.
  package nonisolated(nonsending) func durable(_ sequence: UInt64) async -> Bool {
    hasLost ? false : await sink.durable(sequence)
  }
}
