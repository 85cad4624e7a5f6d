import Core

/// Turns the bytes of one row into a trade, exactly or not at all.
struct TradeParser {
  /// A trade and its number in the file, 0 where there is none.
  struct Row {
    var trade: Trade
    var id: Int64
  }

  private let layout: TradeLayout

  init(_ layout: TradeLayout) { self.layout = layout }

  /// The row that begins at `start` and the byte behind its line break; nil where it is not of the plain kind: digits
  /// with at most one point, `true` or `false` in any case.
  @inline(__always)
  func quick(
    at start: UnsafePointer<UInt8>, instrument: InstrumentID
  ) -> (row: Row, end: UnsafePointer<UInt8>)? {
    var at = start
    var (id, time, price, quantity) = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
    var isSell = false
    for index in 0..<layout.count {
      if index > 0 {
        guard at[0] == 44 else { return nil }
        at += 1
      }
      if index == layout.price {
        guard QuickNumber.nineDecimals(&at, &price), price > 0 else { return nil }
      } else if index == layout.quantity {
        guard QuickNumber.nineDecimals(&at, &quantity), quantity > 0 else { return nil }
      } else if index == layout.time {
        guard let moment = QuickNumber.moment(&at) else { return nil }
        time = moment
      } else if index == layout.id {
        guard QuickNumber.whole(&at, &id, longest: 18) else { return nil }
      } else {
        let first = at
        while at[0] != 44, at[0] != 10, at[0] != 13, at[0] != 0 { at += 1 }
        if index == layout.buyerIsMaker {
          guard let value = Self.truth(UnsafeBufferPointer(start: first, count: at - first)) else { return nil }
          isSell = value
        }
      }
    }
    if at[0] == 13 { at += 1 }
    guard at[0] == 10, at - start <= LineReader.longestLine else { return nil }
    let trade = Trade(
      instrument: instrument, time: Timestamp(milliseconds: Int64(truncatingIfNeeded: time)),
      price: Price(raw: Int64(truncatingIfNeeded: price)), quantity: Quantity(raw: Int64(truncatingIfNeeded: quantity)),
      aggressor: isSell ? .sell : .buy)
    return (Row(trade: trade, id: Int64(truncatingIfNeeded: id)), at + 1)
  }

  /// The row of a line of any kind.
  func row(
    _ line: UnsafeBufferPointer<UInt8>, instrument: InstrumentID
  ) throws(RowRefusal) -> Row {
    let fields = line.split(separator: 44, omittingEmptySubsequences: false).map { UnsafeBufferPointer(rebasing: $0) }
    guard fields.count == layout.count else {
      throw RowRefusal("", line, .columnCount(expected: layout.count, found: fields.count))
    }
    var id: Int64 = 0
    if let column = layout.id {
      guard let value = Int64(String(decoding: fields[column], as: UTF8.self)), value >= 0 else {
        throw RowRefusal("id", fields[column], .notANumber)
      }
      id = value
    }
    let time = try TimeText.moment(fields[layout.time], .any)
    let price: Price
    do { price = try Price(utf8: fields[layout.price]) } catch {
      throw RowRefusal("price", fields[layout.price], error)
    }
    guard price.isPositive else { throw RowRefusal("price", fields[layout.price], .notPositive) }
    let text = fields[layout.quantity]
    let quantity: Quantity
    do { quantity = try Quantity(utf8: text) } catch { throw RowRefusal("quantity", text, error) }
    guard quantity.isPositive else { throw RowRefusal("quantity", text, .notPositive) }
    guard let isSell = Self.truth(fields[layout.buyerIsMaker]) else {
      throw RowRefusal("is_buyer_maker", fields[layout.buyerIsMaker], .notTrueOrFalse)
    }
    let trade = Trade(
      instrument: instrument, time: time, price: price, quantity: quantity, aggressor: isSell ? .sell : .buy)
    return Row(trade: trade, id: id)
  }

  @inline(__always)
  private static func truth(_ text: UnsafeBufferPointer<UInt8>) -> Bool? {
    // `true` in lower case by one bit, in four bytes and in five.
    if text.count == 4, text[0] | 32 == 116, text[1] | 32 == 114, text[2] | 32 == 117, text[3] | 32 == 101 {
      return true
    }
    if text.count == 5, text[0] | 32 == 102, text[1] | 32 == 97, text[2] | 32 == 108, text[3] | 32 == 115,
      text[4] | 32 == 101
    {
      return false
    }
    return nil
  }
}
