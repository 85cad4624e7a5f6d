import Core
import Journal
import Testing

@Suite("Figures from a journal's fills")
struct FiguresTests {
  /// Trades as a bot's books would count them.
  private struct Books {
    var position = PositionView.flat
    var sequence: UInt64 = 0
    var cash = Money.zero

    mutating func trade(
      _ side: Side, _ quantity: String, at price: String, fee: String = "0", feeBase: String = "0", hour: Int = 0
    ) throws -> JournalRecord {
      sequence += 1
      let fill = Fill(
        tradeID: sequence, clientID: ClientOrderID(sequence: sequence, role: .entry), instrument: btc.id, side: side,
        quantity: try Quantity(quantity), price: try Price(price), feeQuote: try Money(fee),
        feeBase: try Quantity(feeBase), isMaker: false, time: moment.adding(milliseconds: Int64(hour) * 3_600_000))
      let (after, realised) = try position.applying(fill)
      position = after
      let value = fill.price * fill.quantity
      cash = try (side == .buy ? cash.subtracting(value) : cash.adding(value)).subtracting(fill.feeQuote)
      return JournalRecord(
        sequence: sequence, kind: .fill,
        payload: RecordEncoder.fill(fill, symbol: btc.symbol, positionAfter: after, realisedQuote: realised))
    }
  }

  private func figures(_ records: [JournalRecord]) throws -> TradingFigures {
    var figures = TradingFigures()
    for record in records { try figures.take(FillRecord(record)) }
    return figures
  }

  @Test func aRecordSaysWhatWasWritten() throws {
    var books = Books()
    let fill = try FillRecord(books.trade(.buy, "0.3", at: "100.5", fee: "0.03015", feeBase: "0.001"))
    #expect(fill.instrument == "SIM-BTC" && fill.side == .buy && fill.orderID.description == "h1-e0")
    #expect(fill.quantity.description == "0.3" && fill.price.description == "100.5")
    #expect(fill.feeQuote.description == "0.03015" && fill.feeBase.description == "0.001")
    #expect(fill.positionAfter.side == .long && fill.positionAfter.quantity.description == "0.299")
    #expect(throws: RecordError.self) { try FillRecord(record(1)) }
  }

  @Test func tradesGoFromFlatToFlat() throws {
    var books = Books()
    let figures = try figures([
      books.trade(.buy, "1", at: "100", fee: "0.1"), books.trade(.buy, "1", at: "102", fee: "0.1", hour: 1),
      books.trade(.sell, "0.5", at: "110", fee: "0.05", hour: 2),
      books.trade(.sell, "1.5", at: "104", fee: "0.15", hour: 3), books.trade(.sell, "2", at: "100", hour: 30),
      books.trade(.buy, "2", at: "101", hour: 31),
    ])
    let first = try #require(figures.trips.first), second = try #require(figures.trips.last)
    #expect(figures.trips.count == 2 && figures.open.isEmpty && figures.total.wins == 1 && figures.total.losses == 1)
    #expect(first.side == .long && first.fills == 4 && first.quantity.description == "2")
    #expect(first.entryQuote.description == "202" && first.exitQuote.description == "211")
    #expect(first.realisedQuote.description == "9" && first.netQuote.description == "8.6")
    #expect(first.closedAt.millisecondsSince(first.openedAt) == 3 * 3_600_000)
    #expect(second.side == .short && second.netQuote.description == "-2")
    #expect(figures.days.map(\.sums.trades) == [1, 1] && figures.days[1].sums.realisedQuote.description == "-2")
    #expect(figures.figures(of: CalendarDay(moment)).sums.feesQuote.description == "0.4")
    #expect(figures.figures(of: CalendarDay(daysSinceEpoch: 0)).sums == TradeSums())
    #expect(try figures.total.netQuote() == books.cash)
  }

  @Test func aFillThatTurnsThePositionOverEndsOneTradeAndBeginsTheNext() throws {
    var books = Books()
    var figures = try figures([books.trade(.buy, "1", at: "100"), books.trade(.sell, "3", at: "110", fee: "0.3")])
    #expect(figures.trips.map(\.netQuote.description) == ["9.7"] && figures.trips[0].exitQuote.description == "110")
    #expect(figures.open["SIM-BTC"]?.side == .short && figures.open["SIM-BTC"]?.entryQuote.description == "220")
    try figures.take(FillRecord(books.trade(.buy, "2", at: "100")))
    #expect(figures.trips.map(\.netQuote.description) == ["9.7", "20"] && figures.open.isEmpty)
  }

  @Test func aRestThatCannotBeSoldEndsATrade() throws {
    var books = Books()
    let figures = try figures([
      books.trade(.buy, "1", at: "100", feeBase: "0.0015"), books.trade(.sell, "0.998", at: "101"),
      books.trade(.buy, "1", at: "100", feeBase: "0.0015"),
    ])
    #expect(figures.trips.count == 1 && figures.open.count == 1)
  }

  @Test func lateFillsBelongToTheirOwnDayAndNoneCountsTwice() throws {
    var books = Books()
    let records = try [
      books.trade(.buy, "1", at: "100", hour: 48), books.trade(.buy, "1", at: "100", hour: 0),
      books.trade(.buy, "1", at: "100", hour: 24),
    ]
    let figures = try figures(records + records)
    #expect(figures.days.map(\.day.daysSinceEpoch) == [0, 1, 2].map { CalendarDay(moment).daysSinceEpoch + $0 })
    #expect(figures.total.fills == 3 && figures.total.turnoverQuote.description == "300")
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>) func sumsAgreeToTheLastDigit(seed: UInt64) throws {
    var books = Books(), random = CounterRandom(seed: seed, purpose: .propertyTest)
    var records: [JournalRecord] = []
    for hour in 0..<60 {
      let quantity = "0.\(1 + random.next() % 999_999_999)", price = "\(1 + random.next() % 99_999).000000007"
      let side: Side = random.next() % 2 == 0 ? .buy : .sell
      records.append(try books.trade(side, quantity, at: price, fee: "0.000000000000000003", hour: hour))
    }
    if books.position.side != .flat {
      let side: Side = books.position.side == .long ? .sell : .buy
      records.append(try books.trade(side, books.position.quantity.description, at: "77.123456789", hour: 61))
    }
    let figures = try figures(records)
    #expect(try figures.total.netQuote() == books.cash, "seed \(seed)")
    let days = try figures.days.reduce(Money.zero) { try $0.adding($1.sums.netQuote()) }
    let trips = try figures.trips.reduce(Money.zero) { try $0.adding($1.netQuote) }
    #expect(days == books.cash && trips == books.cash, "seed \(seed)")
    #expect(figures.instruments.map(\.sums) == [figures.total], "seed \(seed)")
  }

  @Test func theyGoOnWhereTheyStoppedOverArchivesToo() throws {
    let scratch = try Scratch()
    let store = try JournalStore.open(directory: scratch.path, durability: .relaxed)
    store.rotation = JournalRotation(limitBytes: 4_000, keptArchives: 0)
    var books = Books(), figures = TradingFigures()
    for round in 1...40 {
      try store.append([try books.trade(round % 2 == 0 ? .sell : .buy, "1", at: "\(100 + round)")])
      try store.rotateIfDue()
      if round % 10 == 0 { try figures.update(from: JournalQuery(directory: scratch.path)) }
    }
    try store.close()
    let query = try JournalQuery(directory: scratch.path)
    #expect(query.files().count > 2 && figures.total.fills == 40 && figures.trips.count == 20)
    #expect(try query.records(of: .fill, after: 38, limit: 10).map(\.sequence) == [39, 40])
    #expect(try query.newest(.fill, before: 3, limit: 10).map(\.sequence) == [2, 1])
    let index: String? = try scratch.value("SELECT name FROM sqlite_master WHERE name = 'record_rare'")
    #expect(index != nil)
  }
}
