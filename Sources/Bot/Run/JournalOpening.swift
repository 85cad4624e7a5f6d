import Control
import Core
import Files
import Foundation
import Glibc
import Journal

/// Opens the journal of a run.
enum JournalOpening {
  /// Marks a directory whose journal belongs to a replay, which the next replay may replace.
  private static let replayMark = "replay-run"
  private static let replaceable = [
    "journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", "head.json", "ledger.sqlite", "ledger.sqlite-wal",
    "ledger.sqlite-shm", "readers.lock",
  ]

  /// Opens or makes the journal. A replay starts a new one, and replaces only what an earlier replay left.
  ///
  /// - Throws: `StartError`, `JournalError`.
  static func open(_ plan: RunPlan) throws -> JournalStore? {
    guard case .directory(let directory) = plan.journal else { return nil }
    do {
      try StateDirectory.make(directory, mode: 0o700)
      if plan.mode == "replay" { try clear(directory) }
      let store = try JournalStore.open(
        directory: directory, durability: plan.pace.isVirtual ? .relaxed : .full, createIfMissing: true)
      let settings = plan.settings.journal
      store.rotation = JournalRotation(
        limitBytes: settings.rotateMegabytes * 1_000_000, keptArchives: settings.keepArchives)
      return store
    } catch let error where error is StartError || error is JournalError { throw error } catch {
      throw StartError("journal \(directory): \(error)", exitCode: 73)
    }
  }

  /// A journal that stays as it is must not have the service manager start the bot for ever.
  static func failure(_ error: JournalError, _ plan: RunPlan) -> StartError {
    let prefix = if case .directory(let directory) = plan.journal { "journal \(directory): " } else { "" }
    return StartError("\(prefix)\(error)", exitCode: error.isLasting ? 78 : 73)
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
    let archive = "\(directory)/\(ArchiveName.directory)"
    for name in (try? FileManager.default.contentsOfDirectory(atPath: archive)) ?? [] where ArchiveName(name) != nil {
      unlink("\(archive)/\(name)")
    }
    try DurableFile.replace(mark, with: Array("journal of a replay: the next replay replaces it\n".utf8))
  }

  /// The newest bars of a journal, at most `count` for each symbol, oldest first.
  static func recentBars(
    _ store: JournalStore, _ instruments: InstrumentTable, perInstrument count: Int, timeframe: Timeframe
  ) throws -> [Bar] {
    var kept: [Bar] = []
    var known: Set<BarPlace> = []
    var seen = Array(repeating: 0, count: instruments.count)
    let decoder = RecordDecoder(instruments: instruments)
    // Warm-ups that were recorded again after restarts repeat bars, and other instruments have bars of their own; what is
    // not found among so many is not recent.
    var left = 16 * max(count, 1) * max(instruments.count, 1)
    var before = UInt64.max
    while left > 0, !seen.allSatisfy({ $0 >= count }) {
      let records = try store.newest(.bar, before: before, limit: min(left, 4 * max(count, 64)))
      guard let last = records.last else { break }
      for record in records {
        // A bar of an instrument that is no longer traded is none of this run's business.
        guard let bar = try? decoder.bar(record).bar, bar.timeframe == timeframe else { continue }
        let index = Int(bar.instrument.index)
        // A warm-up that was recorded again after a restart repeats bars: each counts once.
        guard seen[index] < count, known.insert(BarPlace(bar)).inserted else { continue }
        seen[index] += 1
        kept.append(bar)
      }
      left -= records.count
      before = last.sequence
    }
    return kept.sorted { ($0.openTime, $0.instrument) < ($1.openTime, $1.instrument) }
  }

  private struct BarPlace: Hashable {
    var instrument: InstrumentID
    var openTime: Timestamp
    init(_ bar: Bar) { (instrument, openTime) = (bar.instrument, bar.openTime) }
  }
}
