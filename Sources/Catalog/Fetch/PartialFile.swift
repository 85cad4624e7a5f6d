import Core
import Feed
import Files
import Glibc

/// The bars fetched so far, as rows of a file that outlives the fetch: each page is on disk before the next is asked for.
/// A line that was cut off is taken away when the file is opened again.
final class PartialFile {
  private static let header = "timestamp_ms_utc,open,high,low,close,volume\n"

  let path: String
  /// Bars that are there.
  private(set) var table = BarTable()
  private let descriptor: Int32

  /// Opens the file of a plan, or begins it. Rows that are not a plain beginning of the plan are refused. Throws
  /// `CatalogError`.
  init(_ plan: KlinesPlan, directory: String) throws {
    path = "\(directory)/\(plan.fileName)"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else { throw CatalogError(.output, "\(path): cannot be opened: \(FileError.text())") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw CatalogError(.output, "\(path): another fetch of the same is running")
    }
    do { try resume(plan) } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  private func resume(_ plan: KlinesPlan) throws {
    let size = lseek(descriptor, 0, SEEK_END)
    let kept = wholeLines(size)
    guard ftruncate(descriptor, kept) == 0, lseek(descriptor, 0, SEEK_END) == kept else { throw failure("cut") }
    guard kept > 0 else { return try append(Self.header) }
    guard kept > Self.header.utf8.count else { return }
    let file = try ReplayFile.unordered(
      path: path, instrument: InstrumentID(index: 0), expected: plan.timeframe, isCertain: true)
    var next = plan.from
    while let bar = try file.next() {
      guard bar.openTime >= next, bar.openTime < plan.to else { throw damaged() }
      next = bar.closeTime
      table.append(bar)
    }
    guard file.quality.rows == table.count else { throw damaged() }
  }

  /// Bytes up to the last line break: the file's end is looked at, no line is longer than a page of memory.
  private func wholeLines(_ size: off_t) -> off_t {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let start = max(0, size - off_t(buffer.count))
    let count = pread(descriptor, &buffer, buffer.count, start)
    guard count > 0, let last = buffer[..<count].lastIndex(of: 10) else { return 0 }
    return start + off_t(last) + 1
  }

  private func damaged() -> CatalogError {
    CatalogError(.data, "\(path): not what was fetched; remove it and fetch again")
  }

  private func failure(_ operation: String) -> CatalogError {
    CatalogError(.output, "\(path): \(operation): \(FileError.text())")
  }

  /// Adds bars and makes them durable. Throws `CatalogError`.
  func append(_ bars: [Bar]) throws {
    guard !bars.isEmpty else { return }
    var text = ""
    for bar in bars {
      text += "\(bar.openTime.milliseconds),\(bar.open),\(bar.high),\(bar.low),\(bar.close),\(bar.volume)\n"
      table.append(bar)
    }
    try append(text)
  }

  private func append(_ text: String) throws {
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + done, bytes.count - done) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("write") }
      done += count
    }
    guard fsync(descriptor) == 0 else { throw failure("fsync") }
  }

  /// Removes the file: what it held is elsewhere.
  func remove() throws {
    do { try DurableFile.remove(path) } catch { throw CatalogError(.output, "\(error)") }
  }
}
