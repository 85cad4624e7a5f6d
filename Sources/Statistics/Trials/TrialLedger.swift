import Core
import Files
import Foundation

/// The append-only list of all trials, one JSON object a line, in a file of a directory: `trials.jsonl`. Whoever appends
/// holds a lock, and a trial is on disk when `append` returns.
package struct TrialLedger: Sendable {
  /// Name of the file.
  package static let fileName = "trials.jsonl"
  /// Name of its lock.
  package static let lockName = "trials.lock"
  /// Largest file that is read; one that would become larger gets no more trials.
  package static let maximumBytes = 256 << 20

  private let directory: String

  /// The ledger in a directory, which is made when the first trial is appended.
  package init(directory: String) { self.directory = directory }

  /// Path of the file.
  package var path: String { "\(directory)/\(Self.fileName)" }

  /// What stands in the file.
  package struct Content: Sendable {
    /// All complete records, in their order, also those that say again what one before said.
    package let records: [TrialRecord]
    /// 1 if the last line is torn: a writer was killed in it, so nobody was told that it is on disk. Else 0.
    package let tornLines: Int
    /// Bytes of the complete lines.
    let completeBytes: Int
    /// Whether the last record lacks the end of its line.
    let lacksEnd: Bool
  }

  /// Reads the ledger; one that is not there has no trials. Throws `StatisticsError` with file and line for a line that is
  /// not a record, and for a file that cannot be read.
  package func read() throws -> Content {
    let bytes: [UInt8]
    do {
      bytes = try BoundedFile.read(path, limit: Self.maximumBytes)
    } catch {
      guard !error.isMissing else { return Content(records: [], tornLines: 0, completeBytes: 0, lacksEnd: false) }
      throw StatisticsError("\(error)")
    }
    return try parse(bytes)
  }

  private func parse(_ bytes: [UInt8]) throws -> Content {
    var records: [TrialRecord] = []
    var (start, number) = (0, 0)
    while start < bytes.count {
      number += 1
      let end = bytes[start...].firstIndex(of: 10)
      do {
        records.append(try TrialRecord(line: Array(bytes[start..<(end ?? bytes.count)])))
      } catch {
        guard end != nil else { return Content(records: records, tornLines: 1, completeBytes: start, lacksEnd: false) }
        throw StatisticsError("\(path):\(number): \(error)")
      }
      guard let end else { return Content(records: records, tornLines: 0, completeBytes: bytes.count, lacksEnd: true) }
      start = end + 1
    }
    return Content(records: records, tornLines: 0, completeBytes: bytes.count, lacksEnd: false)
  }

  /// How many trials there are, and how they spread. Throws as `read` does.
  package func census() throws -> TrialCensus { TrialCensus(try read().records) }

  /// Appends a trial, durably; a torn last line goes. Returns whether it was a new one: a trial whose id is there is not
  /// written again. Throws `StatisticsError` if another process holds the lock for two seconds, a line is bad, or the file
  /// is full or cannot be written.
  @discardableResult package func append(_ record: TrialRecord) throws -> Bool {
    try append(contentsOf: [record]) == 1
  }

  /// Appends several trials under one lock and returns how many were new; a trial that is there twice counts once. Where it
  /// throws, what `append` throws, whole trials of the first ones may be on disk.
  @discardableResult package func append(contentsOf records: [TrialRecord]) throws -> Int {
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch { throw StatisticsError("\(directory): cannot be made: \(error.localizedDescription)") }
    let lock: DirectoryLock
    do { lock = try DirectoryLock(path: "\(directory)/\(Self.lockName)", tries: 100) } catch let error as FileError {
      let cause = error.code == EWOULDBLOCK ? "another process is writing trials" : FileError.text(of: error.code)
      throw StatisticsError("\(error.path): \(cause)")
    }
    return try withExtendedLifetime(lock) {
      let content = try read()
      var known = Set(content.records.map(\.id))
      let new = records.filter { known.insert($0.id).inserted }
      guard !new.isEmpty else { return 0 }
      var lines: [UInt8] = content.lacksEnd ? [10] : []
      for record in new { lines += record.line + [10] }
      guard content.completeBytes + lines.count <= Self.maximumBytes else {
        throw StatisticsError("\(path): is full; set it aside after opening a fresh hold-out")
      }
      do {
        try DurableFile.append(lines, to: path, cutTo: content.completeBytes)
      } catch { throw StatisticsError("\(error)") }
      return new.count
    }
  }
}
