import Core

/// How bars lie in a file: a header of 256 bytes, then the columns one after the other, each at a multiple of 64 bytes,
/// all numbers little-endian and as wide as the largest of the column needs.
///
/// | bytes | content |
/// |---|---|
/// | 0 ..< 8 | `HRMBARS` and a zero |
/// | 8 ..< 16 | version; size of the header |
/// | 16 ..< 48 | number of bars; length of a bar, first open, last open in milliseconds |
/// | 48 ..< 56 | unit of the times in milliseconds |
/// | 56 ..< 61 | decimals of prices and of volumes; bytes of a time (4, 8), a price (4, 8), a volume (4, 8, 16) |
/// | 64 ..< 96 | SHA-256 of the columns |
/// | 96 ..< 104 | quick checksum of the columns |
/// | 248 ..< 256 | quick checksum of the bytes before it |
package struct SeriesLayout: Equatable, Sendable {
  /// Bytes of the header.
  package static let headerBytes = 256
  /// Version of this layout.
  package static let version: UInt32 = 1
  static let magic: [UInt8] = Array("HRMBARS\0".utf8)

  package var count: Int
  package var timeframe: Timeframe
  package var first: Timestamp
  package var last: Timestamp
  package var timeUnit: Int64
  package var priceDecimals: Int
  package var volumeDecimals: Int
  package var timeBytes: Int
  package var priceBytes: Int
  package var volumeBytes: Int
  package var digest = [UInt8](repeating: 0, count: 32)
  package var checksum: UInt64 = 0

  /// Where column `index` begins: time, open, high, low, close, volume; 6 is the end of the file.
  package func offset(_ index: Int) -> Int {
    let widths = [timeBytes, priceBytes, priceBytes, priceBytes, priceBytes, volumeBytes]
    return widths[..<index].reduce(Self.headerBytes) { $0 + ($1 * count + 63) / 64 * 64 }
  }

  /// Bytes of the whole file.
  package var fileBytes: Int { offset(6) }

  /// The narrowest layout that holds a table, which must not be empty and be in order.
  package init(_ table: BarTable, timeframe: Timeframe) {
    count = table.count
    self.timeframe = timeframe
    first = Timestamp(milliseconds: table.times[0])
    last = Timestamp(milliseconds: table.times[table.count - 1])
    let start = table.times[0]
    let unit = table.times.reduce(timeframe.milliseconds) { Self.divisor($0, $1 - start) }
    timeUnit = unit
    timeBytes = (table.times[table.count - 1] - start) / unit <= Int64(UInt32.max) ? 4 : 8
    var decimals = 0
    var step = Self.power(9)
    for column in [table.opens, table.highs, table.lows, table.closes] {
      for raw in column {
        while raw % step != 0 {
          decimals += 1
          step = Self.power(9 - decimals)
        }
      }
    }
    priceDecimals = decimals
    // The high is the largest of a bar's prices.
    let highest = (table.highs.max() ?? 0) / step
    priceBytes = highest <= Int64(UInt32.max) ? 4 : 8
    var places = 0
    var power = Self.widePower(18)
    for raw in table.volumes {
      while raw % power != 0 {
        places += 1
        power = Self.widePower(18 - places)
      }
    }
    volumeDecimals = places
    let largest = (table.volumes.max() ?? 0) / power
    volumeBytes = largest <= Int128(UInt32.max) ? 4 : largest <= Int128(UInt64.max) ? 8 : 16
  }

  private static func divisor(_ one: Int64, _ other: Int64) -> Int64 {
    var (one, other) = (one, other)
    while other != 0 { (one, other) = (other, one % other) }
    return one
  }

  /// 10^exponent, from 0 to 9.
  package static func power(_ exponent: Int) -> Int64 {
    var result: Int64 = 1
    for _ in 0..<exponent { result *= 10 }
    return result
  }

  /// 10^exponent, from 0 to 18.
  package static func widePower(_ exponent: Int) -> Int128 {
    var result: Int128 = 1
    for _ in 0..<exponent { result *= 10 }
    return result
  }
}

extension SeriesLayout {
  /// The header's bytes.
  package var header: [UInt8] {
    var bytes = Self.magic
    func put(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
    put(Self.version)
    put(UInt32(Self.headerBytes))
    put(UInt64(count))
    for number in [timeframe.milliseconds, first.milliseconds, last.milliseconds, timeUnit] { put(number) }
    bytes += [priceDecimals, volumeDecimals, timeBytes, priceBytes, volumeBytes].map { UInt8($0) } + [0, 0, 0]
    bytes += digest
    put(checksum)
    bytes += [UInt8](repeating: 0, count: Self.headerBytes - 8 - bytes.count)
    put(bytes.withUnsafeBytes { QuickChecksum.of($0) })
    return bytes
  }

  /// Reads a header of a file of so many bytes; nil with the reason where it is none.
  package static func read(_ bytes: UnsafeRawBufferPointer, fileBytes: Int) -> Result<SeriesLayout, HeaderFault> {
    guard bytes.count >= headerBytes else { return .failure(HeaderFault("it is cut off: \(fileBytes) bytes")) }
    guard bytes.prefix(8).elementsEqual(magic) else { return .failure(HeaderFault("it is no file of bars")) }
    func number<Number: FixedWidthInteger>(_ at: Int, _: Number.Type) -> Number {
      Number(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: Number.self))
    }
    let version = number(8, UInt32.self)
    guard version == Self.version, number(12, UInt32.self) == UInt32(headerBytes) else {
      return .failure(HeaderFault("it has version \(version), and this build reads version \(Self.version)"))
    }
    let checksum = QuickChecksum.of(UnsafeRawBufferPointer(rebasing: bytes[..<(headerBytes - 8)]))
    guard number(headerBytes - 8, UInt64.self) == checksum else {
      return .failure(HeaderFault("its header was altered"))
    }
    let count = number(16, UInt64.self)
    let layout = SeriesLayout(
      count: Int(clamping: count), timeframe: Timeframe(milliseconds: number(24, Int64.self)),
      first: Timestamp(milliseconds: number(32, Int64.self)), last: Timestamp(milliseconds: number(40, Int64.self)),
      timeUnit: number(48, Int64.self), priceDecimals: Int(bytes[56]), volumeDecimals: Int(bytes[57]),
      timeBytes: Int(bytes[58]), priceBytes: Int(bytes[59]), volumeBytes: Int(bytes[60]),
      digest: Array(bytes[64..<96]), checksum: number(96, UInt64.self))
    guard count > 0, count <= UInt64(BarTable.limit), layout.isPossible else {
      return .failure(HeaderFault("its header says what cannot be"))
    }
    guard fileBytes == layout.fileBytes else {
      return .failure(HeaderFault("it has \(fileBytes) bytes and should have \(layout.fileBytes)"))
    }
    return .success(layout)
  }

  private var isPossible: Bool {
    timeframe.milliseconds > 0 && timeUnit > 0 && priceDecimals <= 9 && volumeDecimals <= 18
      && [4, 8].contains(timeBytes) && [4, 8].contains(priceBytes) && [4, 8, 16].contains(volumeBytes)
      && first >= .earliest && last <= .latest && first <= last
  }

  private init(
    count: Int, timeframe: Timeframe, first: Timestamp, last: Timestamp, timeUnit: Int64, priceDecimals: Int,
    volumeDecimals: Int, timeBytes: Int, priceBytes: Int, volumeBytes: Int, digest: [UInt8], checksum: UInt64
  ) {
    self.count = count
    self.timeframe = timeframe
    self.first = first
    self.last = last
    self.timeUnit = timeUnit
    self.priceDecimals = priceDecimals
    self.volumeDecimals = volumeDecimals
    self.timeBytes = timeBytes
    self.priceBytes = priceBytes
    self.volumeBytes = volumeBytes
    self.digest = digest
    self.checksum = checksum
  }
}

/// What is wrong with a header, to be read after the file's name.
package struct HeaderFault: Error, Equatable {
  package var reason: String
  init(_ reason: String) { self.reason = reason }
}

/// A checksum as fast as memory: it finds damage, not forgery. For that there is the SHA-256.
package enum QuickChecksum {
  /// The checksum of bytes; those beyond the last whole eight count as padded with zeros.
  package static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    let prime: UInt64 = 0x9E37_79B9_7F4A_7C15
    var (a, b, c, d): (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 4)
    func word(_ at: Int) -> UInt64 { UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)) }
    func mixed(_ state: UInt64, _ word: UInt64) -> UInt64 {
      let next = (state ^ word) &* prime
      return next ^ (next >> 29)
    }
    var at = 0
    while at + 32 <= bytes.count {
      a = mixed(a, word(at))
      b = mixed(b, word(at + 8))
      c = mixed(c, word(at + 16))
      d = mixed(d, word(at + 24))
      at += 32
    }
    while at < bytes.count {
      var rest: UInt64 = 0
      for index in at..<min(at + 8, bytes.count) { rest |= UInt64(bytes[index]) << (8 * UInt64(index - at)) }
      a = mixed(a, rest)
      at += 8
    }
    return mixed(mixed(mixed(mixed(UInt64(bytes.count), a), b), c), d)
  }
}
