import Core
import Testing

@Suite struct BaseFeeTests {
  private func fill(_ side: Side, _ quantity: String, _ price: String, feeBase: String = "0") throws -> Fill {
    Fill(
      tradeID: 1, clientID: ClientOrderID(sequence: 1, role: .entry), instrument: InstrumentID(index: 0), side: side,
      quantity: try Quantity(quantity), price: try Price(price), feeQuote: .zero, feeBase: try Quantity(feeBase),
      isMaker: false, time: Timestamp(milliseconds: 5))
  }

  @Test func aBuyHoldsLessForTheWholeCost() throws {
    let (bought, nothing) = try PositionView.flat.applying(fill(.buy, "2", "100", feeBase: "0.002"))
    #expect(bought.quantity.description == "1.998" && bought.totalCostQuote.description == "200")
    #expect(bought.entryTime == Timestamp(milliseconds: 5) && nothing.isZero)
    let (more, _) = try bought.applying(fill(.buy, "1", "101", feeBase: "0.001"))
    #expect(more.quantity.description == "2.997" && more.totalCostQuote.description == "301")
    let (sold, realised) = try more.applying(fill(.sell, "2.997", "100"))
    #expect(sold == .flat && realised.description == "-1.3")
  }

  @Test func aFeeThatTakesEverythingLosesWhatWasPaid() throws {
    let (position, realised) = try PositionView.flat.applying(fill(.buy, "0.000000001", "3", feeBase: "0.000000001"))
    #expect(position == .flat && realised.description == "-0.000000003")
  }

  @Test func aShortIsCoveredByWhatArrives() throws {
    let (short, _) = try PositionView.flat.applying(fill(.sell, "2", "100"))
    let (rest, loss) = try short.applying(fill(.buy, "2", "110", feeBase: "1"))
    // One of two arrived, for 220; it had brought 100.
    #expect(rest.side == .short && rest.quantity.description == "1" && rest.totalCostQuote.description == "100")
    #expect(loss.description == "-120")
    let (turned, gain) = try rest.applying(fill(.buy, "4", "30", feeBase: "2"))
    #expect(turned.side == .long && turned.quantity.description == "1" && turned.totalCostQuote.description == "60")
    #expect(gain.description == "40")
  }

  @Test func withoutABaseFeeItIsThePlainTrade() throws {
    for side in [Side.buy, .sell] {
      let start = PositionView(
        side: .short, quantity: try Quantity("3"), totalCostQuote: try Money("10"),
        entryTime: Timestamp(milliseconds: 1))
      let trade = try fill(side, "1", "7")
      let plain = try start.applying(side, trade.quantity, at: trade.price, time: trade.time)
      let filled = try start.applying(trade)
      #expect(filled.position == plain.position && filled.realisedQuote == plain.realisedQuote)
    }
  }
}
