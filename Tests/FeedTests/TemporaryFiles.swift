import CZlib
import Core
import Feed
import Foundation

/// A directory that is removed with the object.
final class TemporaryFiles {
  let directory: URL

  init() throws {
    directory = FileManager.default.temporaryDirectory.appendingPathComponent("feed-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  func write(_ bytes: [UInt8], _ name: String = "bars.csv") throws -> String {
    let file = directory.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file.path
  }

  func write(_ text: String, _ name: String = "bars.csv") throws -> String { try write(Array(text.utf8), name) }
}

/// `bytes` as one gzip member.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  precondition(
    deflateInit2_(
      &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK)
  defer { deflateEnd(&stream) }
  var input = bytes
  var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 64)
  let written = input.withUnsafeMutableBufferPointer { source in
    output.withUnsafeMutableBufferPointer { target -> Int in
      stream.next_in = source.baseAddress
      stream.avail_in = UInt32(source.count)
      stream.next_out = target.baseAddress
      stream.avail_out = UInt32(target.count)
      precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
      return target.count - Int(stream.avail_out)
    }
  }
  return Array(output[..<written])
}

let header = "timestamp_ms_utc,open,high,low,close,volume\n"
let btc = InstrumentID(index: 0)

func bar(
  _ openMinute: Int64, _ timeframe: String = "5m", of instrument: InstrumentID = btc, open: String = "10",
  high: String = "12", low: String = "9", close: String = "11", volume: String = "1"
) throws -> Bar {
  Bar(
    instrument: instrument, timeframe: Timeframe(timeframe)!, openTime: Timestamp(milliseconds: openMinute * 60_000),
    open: try Price(open), high: try Price(high), low: try Price(low), close: try Price(close),
    volume: try Measure(volume))
}

/// Rows of five-minute bars from minute `from`.
func rows(_ count: Int, from: Int = 0, step: Int = 5) -> String {
  (0..<count).map { "\((from + $0 * step) * 60_000),10,12,9,11,\($0 + 1)\n" }.joined()
}

func drain(_ source: some BarSource) throws -> [Bar] {
  var source = source
  var bars: [Bar] = []
  while let bar = try source.next() { bars.append(bar) }
  return bars
}
