import Core

/// The instruments that all targets know.
enum FuzzWorld {
  static let symbols = ["SYM0", "SYM1"]
  static let table = InstrumentTable(
    symbols.enumerated().map { index, symbol in
      let rules = InstrumentRules(
        effectiveFrom: Timestamp(milliseconds: 0), tick: Price(raw: Price.unit / 100),
        lot: Quantity(raw: Quantity.unit / 1000), minimumQuantity: Quantity(raw: Quantity.unit / 1000),
        minimumNotionalQuote: Money(raw: Money.unit), makerFee: Rate(basisPoints: 5), takerFee: Rate(basisPoints: 10))
      return Instrument(
        id: InstrumentID(index: UInt16(index)), symbol: symbol, venue: "simulated", kind: .cryptoPerpetual,
        isShortable: index == 0, calendar: .alwaysOpen, rules: [rules])
    })
  static let time = Timestamp(milliseconds: 1_767_225_600_123)
  static func id(_ sequence: UInt64, _ role: OrderRole = .entry, _ attempt: UInt16 = 0) -> ClientOrderID {
    ClientOrderID(sequence: sequence, role: role, attempt: attempt)
  }
  static func quantity(_ thousandths: Int64) -> Quantity { Quantity(raw: thousandths * (Quantity.unit / 1000)) }
  static func price(_ hundredths: Int64) -> Price { Price(raw: hundredths * (Price.unit / 100)) }
  static func bar() -> Bar {
    Bar(
      instrument: InstrumentID(index: 0), timeframe: .oneMinute, openTime: time, open: price(10_000),
      high: price(10_002), low: price(9999), close: price(10_001), volume: Measure(12))
  }
  static let fill = Fill(
    tradeID: 9, clientID: id(1), instrument: InstrumentID(index: 0), side: .buy, quantity: quantity(1000),
    price: price(10_000), feeQuote: Money(raw: Money.unit / 10), isMaker: false, time: time)
  static let orders: [OrderRequest] = [
    OrderRequest(
      clientID: id(1), instrument: InstrumentID(index: 0), side: .buy, kind: .market, quantity: quantity(1000),
      isReduceOnly: false),
    OrderRequest(
      clientID: id(7, .exit, 3), instrument: InstrumentID(index: 1), side: .sell, kind: .limit(price(1)),
      quantity: Quantity(raw: 12_345_678_901), isReduceOnly: true),
    OrderRequest(
      clientID: id(1, .protectiveStop), instrument: InstrumentID(index: 0), side: .sell,
      kind: .stopMarket(trigger: price(9800)), quantity: quantity(1000), isReduceOnly: true),
  ]
}
