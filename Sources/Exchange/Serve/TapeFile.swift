import Core
import Glibc

/// The tape on disk, one bar a line, so that a market goes on after a restart where it was. Not synced: market data that
/// a power cut takes comes anew.
package final class TapeFile {
  private let path: String
  private let codec: WireCodec
  private var descriptor: Int32 = -1
  private var lines = 0
  /// Lines that could not be written.
  package private(set) var failures = 0
  /// Longest file that is read, in bytes.
  private static let longest = 256 << 20

  /// A file of bars of these instruments.
  package init(path: String, instruments: InstrumentTable) {
    self.path = path
    codec = WireCodec(symbols: instruments.instruments.map(\.symbol))
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The bars of the file onto a tape, and how many steps the market had made; what cannot be read ends the file: a
  /// crash leaves half a line.
  package func load(into tape: inout MarketTape) -> UInt64 {
    var steps: UInt64 = 0
    for line in Self.read(path).split(separator: 10) {
      guard let tree = try? WireCodec.parse(line),
        let fields = try? WireFields(tree, only: WireCodec.barKeys + ["step"]), let step = try? fields.unsigned("step"),
        let bar = try? codec.bar(fields)
      else { continue }
      tape.append(bar)
      steps = max(steps, step)
    }
    return steps
  }

  /// Adds a bar of a market step; a file that has grown to twice the tape is written anew.
  package func append(_ bar: Bar, step: UInt64, tape: MarketTape) {
    if descriptor < 0 || lines > 2 * tape.capacity * max(1, tape.instrumentCount) { rewrite(tape, step) }
    write([(bar, step)])
  }

  private func rewrite(_ tape: MarketTape, _ step: UInt64) {
    if descriptor >= 0 { close(descriptor) }
    let temporary = path + ".new"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
    lines = 0
    // The newest bars are added one by one afterwards.
    write(tape.all.map { ($0, step) })
    if descriptor >= 0, rename(temporary, path) != 0 { failures += 1 }
  }

  private func write(_ bars: [(bar: Bar, step: UInt64)]) {
    var bytes: [UInt8] = []
    for (bar, step) in bars {
      bytes += WireCodec.line { json in
        codec.write(bar, to: &json)
        json.key("step")
        json.value(step)
      }
    }
    lines += bars.count
    let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if written != bytes.count { failures += 1 }
  }

  private static func read(_ path: String) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while bytes.count < longest {
      let count = chunk.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    return bytes
  }
}

extension MarketTape {
  /// Number of instruments.
  var instrumentCount: Int { histories.count }
}
