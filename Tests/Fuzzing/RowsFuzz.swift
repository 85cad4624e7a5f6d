import CZlib
import Core
import Feed
import Foundation

/// Files of bars: what comes out of one is in order and possible, whatever is in it.
final class RowsFuzz {
  private let descriptor: Int32

  struct NoFile: Error {}

  init() throws {
    let path = NSTemporaryDirectory() + "/fuzz-rows-\(UUID().uuidString)"
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw NoFile() }
    // It stays reachable through the descriptor, and goes with the process.
    unlink(path)
  }

  deinit { close(descriptor) }

  static var seeds: [[UInt8]] {
    let header = "timestamp_ms_utc,open,high,low,close,volume\n"
    let rows = (0..<12).map { "\(1_767_225_600_000 + $0 * 300_000),10,12.5,9,11,\($0 + 1)\n" }
    let plain = Array((header + rows.joined()).utf8)
    let other = "close,timestamp_ms,volume,low,high,open\r\n11,60000,1,9,12,10\r\n11,120000,1,9,12,10\r\n"
    let odd = header + rows[3] + rows[1] + rows[3] + "x,1,1,1,1,1\n,,,,,\n" + rows[7] + rows[8].dropLast()
    return [plain, Array(other.utf8), Array(odd.utf8), gzip(plain), gzip(plain) + gzip(Array(rows[11].utf8))]
  }

  func run(_ input: [UInt8]) -> FuzzOutcome {
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, input, input.count, 0) == input.count else {
      return .refused
    }
    let file: ReplayFile
    do {
      file = try ReplayFile(path: "/proc/self/fd/\(descriptor)", instrument: InstrumentID(index: 0))
    } catch { return error is FeedError ? .refused : .finding("\(error)") }
    var last: Bar?
    do {
      while let bar = try file.next() {
        guard bar.isConsistent else { return .finding("an impossible bar: \(bar)") }
        if let last, bar.openTime < last.closeTime { return .finding("bars out of order at \(bar.openTime)") }
        last = bar
      }
    } catch { return error is FeedError ? .refused : .finding("\(error)") }
    let quality = file.quality
    let refused = quality.badRows + quality.duplicates + quality.disorder + quality.impossibleBars
    return quality.rows == quality.bars + refused ? .taken : .finding("rows that nobody counted: \(quality)")
  }

  private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    guard deflateInit2_(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK else {
      return []
    }
    defer { deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: bytes.count + 256)
    return input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        guard deflate(&stream, Z_FINISH) == Z_STREAM_END else { return [] }
        return Array(target.prefix(target.count - Int(stream.avail_out)))
      }
    }
  }
}
