import Core
import Foundation
import Glibc
import Journal

/// Opens the journal of a run.
enum JournalOpening {
  /// Marks a directory whose journal belongs to a replay, which the next replay may replace.
  private static let replayMark = "replay-run"
  private static let replaceable = [
    "journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", "head.json", "ledger.sqlite", "ledger.sqlite-wal",
    "ledger.sqlite-shm",
  ]

  /// Opens or makes the journal. A replay starts a new one, and replaces only what an earlier replay left.
  ///
  /// - Throws: `StartError`.
  static func open(_ plan: RunPlan) throws -> JournalStore? {
    guard case .directory(let directory) = plan.journal else { return nil }
    do {
      try StateDirectory.make(directory, mode: 0o700)
      if plan.mode == "replay" { try clear(directory) }
      return try JournalStore.open(
        directory: directory, durability: plan.pace.isVirtual ? .relaxed : .full, createIfMissing: true)
    } catch let error as StartError { throw error } catch {
      throw StartError("journal \(directory): \(error)", exitCode: 73)
    }
  }

  private static func clear(_ directory: String) throws {
    let mark = "\(directory)/\(replayMark)"
    let exists = access("\(directory)/journal.sqlite", F_OK) == 0
    guard !exists || access(mark, F_OK) == 0 else {
      throw StartError(
        "\(directory) holds the journal of a trading bot; a replay does not write into it. Give --journal another "
          + "directory, or off", exitCode: 73)
    }
    if let pid = DirectoryLock.holder(path: "\(directory)/lock") {
      throw StartError("\(directory) is in use by process \(pid)", exitCode: 75)
    }
    for name in replaceable { unlink("\(directory)/\(name)") }
    try DurableFile.replace(mark, with: Array("journal of a replay: the next replay replaces it\n".utf8))
  }

  /// The newest bars of a journal, at most `count` for each symbol, oldest first.
  static func recentBars(
    _ store: JournalStore, _ instruments: InstrumentTable, perInstrument count: Int, timeframe: Timeframe
  ) throws -> [Bar] {
    var kept: [Bar] = []
    var seen = Array(repeating: 0, count: instruments.count)
    let decoder = RecordDecoder(instruments: instruments)
    var last = store.head.count
    // A session that decided a lot has many records between bars; what is not found in this many is not recent.
    let oldest = last > 400_000 ? last - 400_000 : 0
    while last > oldest {
      let first = last > 2_000 ? last - 1_999 : 1
      for record in try store.records(from: first, limit: Int(last - first + 1)).reversed() where record.kind == .bar {
        // A bar of an instrument that is no longer traded is none of this run's business.
        guard let bar = try? decoder.bar(record).bar, bar.timeframe == timeframe else { continue }
        let index = Int(bar.instrument.index)
        // A warm-up that was recorded again after a restart repeats bars: each counts once.
        guard seen[index] < count, !isKnown(bar, kept) else { continue }
        seen[index] += 1
        kept.append(bar)
      }
      if seen.allSatisfy({ $0 >= count }) { break }
      last = first - 1
    }
    return kept.sorted { ($0.openTime, $0.instrument) < ($1.openTime, $1.instrument) }
  }

  private static func isKnown(_ bar: Bar, _ kept: [Bar]) -> Bool {
    kept.contains { $0.instrument == bar.instrument && $0.openTime == bar.openTime }
  }
}
