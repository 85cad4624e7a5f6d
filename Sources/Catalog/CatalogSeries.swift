import Core
import Digest
import Feed

/// Bars of the catalog, by place and in order. Cheap to copy: copies share the file.
package struct CatalogSeries: BarSource, @unchecked Sendable {
  // Unchecked: the pointers are into read-only memory that `mapping` keeps.
  /// The instrument that the bars are given.
  package let instrument: InstrumentID
  /// Length of the bars.
  package let timeframe: Timeframe
  /// Number of bars.
  package let count: Int

  private let mapping: SeriesMapping
  /// Place of the first bar in the file.
  private let start: Int
  private var position = 0

  private let times: UnsafeRawPointer
  private let opens: UnsafeRawPointer
  private let highs: UnsafeRawPointer
  private let lows: UnsafeRawPointer
  private let closes: UnsafeRawPointer
  private let volumes: UnsafeRawPointer
  private let isShort: (times: Bool, prices: Bool)
  private let firstTime: Int64
  private let timeUnit: Int64
  private let priceUnit: Int64
  private let volumeUnit: Int128

  /// Opens a file of the catalog. Throws `CatalogError` for one that is damaged, with the remedy.
  package init(path: String, instrument: InstrumentID) throws {
    let mapping = try SeriesMapping(path)
    self.init(mapping, instrument: instrument, start: 0, count: mapping.layout.count)
  }

  private init(_ mapping: SeriesMapping, instrument: InstrumentID, start: Int, count: Int) {
    let layout = mapping.layout
    self.mapping = mapping
    self.instrument = instrument
    self.start = start
    self.count = count
    timeframe = layout.timeframe
    times = mapping.base + layout.offset(0)
    opens = mapping.base + layout.offset(1)
    highs = mapping.base + layout.offset(2)
    lows = mapping.base + layout.offset(3)
    closes = mapping.base + layout.offset(4)
    volumes = mapping.base + layout.offset(5)
    isShort = (layout.timeBytes == 4, layout.priceBytes == 4)
    firstTime = layout.first.milliseconds
    timeUnit = layout.timeUnit
    priceUnit = SeriesLayout.power(9 - layout.priceDecimals)
    volumeUnit = SeriesLayout.widePower(18 - layout.volumeDecimals)
  }

  /// The bar at a place from 0 to `count` - 1.
  package subscript(index: Int) -> Bar {
    precondition(index >= 0 && index < count, "no such bar")
    let place = start + index
    return Bar(
      instrument: instrument, timeframe: timeframe, openTime: time(at: place), open: price(opens, place),
      high: price(highs, place), low: price(lows, place), close: price(closes, place), volume: volume(at: place))
  }

  /// Start of the bar at a place.
  package func openTime(at index: Int) -> Timestamp {
    precondition(index >= 0 && index < count, "no such bar")
    return time(at: start + index)
  }

  /// From the first bar's open to the last bar's close; nil without bars.
  package var span: Range<Timestamp>? {
    count == 0 ? nil : time(at: start)..<time(at: start + count - 1).adding(milliseconds: timeframe.milliseconds)
  }

  /// SHA-256 of the file's columns in hex, as the header has it: what a result made of these bars can name.
  package var digest: String { SHA256.hex(mapping.layout.digest) }

  /// Whether the columns have the digest that the header names. Reads all of them.
  package var hasItsDigest: Bool { mapping.hasItsDigest }

  /// The next bar; nil at the end.
  package mutating func next() -> Bar? {
    guard position < count else { return nil }
    defer { position += 1 }
    return self[position]
  }

  /// The bars that open in `from ..< to`, either of which may be missing, as a series of its own that begins anew.
  package func limited(from: Timestamp?, to: Timestamp?) -> CatalogSeries {
    let lower = from.map { firstIndex(from: $0) } ?? 0
    let upper = to.map { firstIndex(from: $0) } ?? count
    return CatalogSeries(mapping, instrument: instrument, start: start + lower, count: max(0, upper - lower))
  }

  /// The place of the first bar that does not open before `moment`; `count` if there is none.
  package func firstIndex(from moment: Timestamp) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if time(at: start + middle) < moment { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // Wrapping arithmetic: the checksum holds damage off, and what slips through must not end the reader.

  @inline(__always)
  private func time(at place: Int) -> Timestamp {
    let steps =
      isShort.times
      ? Int64(UInt32(littleEndian: times.load(fromByteOffset: place &* 4, as: UInt32.self)))
      : Int64(truncatingIfNeeded: UInt64(littleEndian: times.load(fromByteOffset: place &* 8, as: UInt64.self)))
    return Timestamp(milliseconds: firstTime &+ steps &* timeUnit)
  }

  @inline(__always)
  private func price(_ column: UnsafeRawPointer, _ place: Int) -> Price {
    let steps =
      isShort.prices
      ? Int64(UInt32(littleEndian: column.load(fromByteOffset: place &* 4, as: UInt32.self)))
      : Int64(truncatingIfNeeded: UInt64(littleEndian: column.load(fromByteOffset: place &* 8, as: UInt64.self)))
    return Price(raw: steps &* priceUnit)
  }

  @inline(__always)
  private func volume(at place: Int) -> Measure {
    switch mapping.layout.volumeBytes {
    case 4:
      Measure(
        raw: Int128(UInt32(littleEndian: volumes.load(fromByteOffset: place &* 4, as: UInt32.self))) &* volumeUnit)
    case 8:
      Measure(
        raw: Int128(UInt64(littleEndian: volumes.load(fromByteOffset: place &* 8, as: UInt64.self))) &* volumeUnit)
    default:
      Measure(
        raw: Int128(
          truncatingIfNeeded: UInt128(
            littleEndian: volumes.loadUnaligned(fromByteOffset: place &* 16, as: UInt128.self)))
          &* volumeUnit)
    }
  }
}
