import Core
import Digest
import Files
import Glibc

/// Writes bars as a file of the catalog: under a name of its own, synced, then renamed, so that the file is whole or
/// absent after any crash and a reader of the file before keeps what it has.
enum SeriesWriter {
  /// Writes a table, which must not be empty and be in order; returns the layout with digest and checksum. Throws
  /// `FileError`.
  static func write(_ table: BarTable, timeframe: Timeframe, to path: String) throws -> SeriesLayout {
    var layout = SeriesLayout(table, timeframe: timeframe)
    let body = encoded(table, layout)
    body.withUnsafeBytes {
      layout.digest = SHA256.digest($0)
      layout.checksum = QuickChecksum.of($0)
    }
    let temporary = "\(path).new-\(getpid())"
    unlink(temporary)
    do {
      let file = try HashedFile(creating: temporary)
      try layout.header.withUnsafeBytes { try file.write($0) }
      try body.withUnsafeBytes { try file.write($0) }
      _ = try file.finish()
      guard rename(temporary, path) == 0 else { throw FileError(path: path, operation: "rename", code: errno) }
    } catch {
      unlink(temporary)
      throw error
    }
    let directory = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    try DurableFile.syncDirectory(at: directory.isEmpty ? "." : directory)
    return layout
  }

  private static func encoded(_ table: BarTable, _ layout: SeriesLayout) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: layout.fileBytes - SeriesLayout.headerBytes)
    let start = table.times[0]
    let price = SeriesLayout.power(9 - layout.priceDecimals)
    let volume = SeriesLayout.widePower(18 - layout.volumeDecimals)
    bytes.withUnsafeMutableBytes { buffer in
      func place(_ column: Int) -> UnsafeMutableRawPointer {
        buffer.baseAddress! + (layout.offset(column) - SeriesLayout.headerBytes)
      }
      store(table.times.lazy.map { UInt64(($0 - start) / layout.timeUnit) }, at: place(0), width: layout.timeBytes)
      for (index, column) in [table.opens, table.highs, table.lows, table.closes].enumerated() {
        store(column.lazy.map { UInt64($0 / price) }, at: place(index + 1), width: layout.priceBytes)
      }
      if layout.volumeBytes == 16 {
        let target = place(5)
        for (index, raw) in table.volumes.enumerated() {
          target.storeBytes(of: UInt128(raw / volume).littleEndian, toByteOffset: index * 16, as: UInt128.self)
        }
      } else {
        store(table.volumes.lazy.map { UInt64($0 / volume) }, at: place(5), width: layout.volumeBytes)
      }
    }
    return bytes
  }

  private static func store(_ values: some Sequence<UInt64>, at target: UnsafeMutableRawPointer, width: Int) {
    for (index, value) in values.enumerated() {
      if width == 4 {
        target.storeBytes(of: UInt32(value).littleEndian, toByteOffset: index * 4, as: UInt32.self)
      } else {
        target.storeBytes(of: value.littleEndian, toByteOffset: index * 8, as: UInt64.self)
      }
    }
  }
}
