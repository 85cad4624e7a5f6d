import Core
import Journal
import Synchronization

/// Where a re-execution left the record.
package struct ReplayDifference: Sendable, CustomStringConvertible {
  /// First record that differs.
  package var sequence: UInt64
  package var kind: String
  package var reason: String
  package var recorded: String
  package var recomputed: String
  package var description: String {
    "record \(sequence) (\(kind)): \(reason)\n  recorded:   \(recorded)\n  recomputed: \(recomputed)"
  }
}

/// Compares what an engine records with what stands in the journal.
package final class ComparingSink: RecordSink {
  private struct State {
    var expected: [JournalRecord] = []
    var position = 0
    var difference: ReplayDifference?
    var toleratesSurplus = false
    var surplus = 0
    /// The record that should come next.
    var next: JournalRecord? { position < expected.count ? expected[position] : nil }
  }
  private let state = Mutex(State())

  /// A sink that expects nothing yet.
  package init() {}
  package var isRecording: Bool { true }

  /// Whether the journal was well is an input, too: it stands in the decision that is made next.
  package var isHealthy: Bool {
    state.withLock { state in
      guard let next = state.next, next.kind == .decision else { return true }
      return ByteSearch.first(Self.unhealthyVeto, in: next.payload) == nil
    }
  }

  /// An intent that did not become durable is followed by the end of its order, which never left; a resume that could not
  /// be completed by the latch that holds on.
  package nonisolated(nonsending) func durable(_ sequence: UInt64) async -> Bool {
    state.withLock { state in
      guard let next = state.next, next.sequence == sequence + 1 else { return true }
      if next.kind == .latch { return false }
      guard next.kind == .order else { return true }
      return ByteSearch.first(Self.heldBack, in: next.payload) == nil
    }
  }

  // Without the quotes before them: a search for their first letters passes over most of a record.
  private static let unhealthyVeto = Array("journal_healthy\",\"verdict\":\"veto\"".utf8)
  private static let heldBack = Array("held_back\":true".utf8)

  /// Expects these records next, besides what is still expected.
  package func expect(_ record: JournalRecord) {
    state.withLock { state in
      if state.position > 4096 {
        state.expected.removeFirst(state.position)
        state.position = 0
      }
      state.expected.append(record)
    }
  }

  /// Whether records beyond the last one that is expected are those that a dying process could not commit.
  package func setTolerance(_ isTolerant: Bool) { state.withLock { $0.toleratesSurplus = isTolerant } }

  /// How many such records there were since the last call.
  package func takeSurplus() -> Int {
    state.withLock { state in
      defer { state.surplus = 0 }
      return state.surplus
    }
  }

  package func take(_ record: JournalRecord) -> Bool {
    state.withLock { state in
      guard state.difference == nil else { return true }
      guard state.position < state.expected.count else {
        if state.toleratesSurplus {
          state.surplus += 1
          return true
        }
        state.difference = ReplayDifference(
          sequence: record.sequence, kind: record.kind.rawValue, reason: "the journal has no such record here",
          recorded: "-", recomputed: Self.excerpt(record.payload))
        return true
      }
      let recorded = state.expected[state.position]
      state.position += 1
      guard recorded.kind == record.kind, recorded.sequence == record.sequence,
        ByteSearch.isSame(recorded.payload, record.payload)
      else {
        let at = zip(recorded.payload, record.payload).prefix { $0 == $1 }.count
        state.difference = ReplayDifference(
          sequence: recorded.sequence, kind: recorded.kind.rawValue,
          reason: recorded.kind == record.kind
            ? "differs from byte \(at) on" : "is a \(record.kind.rawValue) on replay",
          recorded: Self.excerpt(recorded.payload, around: at), recomputed: Self.excerpt(record.payload, around: at))
        return true
      }
      return true
    }
  }

  /// The first difference so far, or the record that the re-execution failed to make.
  package func difference() -> ReplayDifference? {
    state.withLock { state in
      if let difference = state.difference { return difference }
      guard state.position < state.expected.count else { return nil }
      let missing = state.expected[state.position]
      return ReplayDifference(
        sequence: missing.sequence, kind: missing.kind.rawValue, reason: "is not made on replay",
        recorded: Self.excerpt(missing.payload), recomputed: "-")
    }
  }

  private static func excerpt(_ bytes: [UInt8], around position: Int = 0) -> String {
    let start = max(0, position - 60)
    let part = String(decoding: bytes[min(start, bytes.count)..<min(bytes.count, start + 160)], as: UTF8.self)
    return (start > 0 ? "…" : "") + part + (start + 160 < bytes.count ? "…" : "")
  }
}
