import Core
import Digest
import Features
import Foundation
import Testing

@Suite struct ContextTests {
  private func context(closing text: Int64, position: PositionView, shortable: Bool) -> Observation {
    var stage = FeatureStage(
      instruments: table(count: 2, shortable: shortable ? [1] : []), timeframe: .oneHour, scope: .network)
    stage.apply(position, of: InstrumentID(index: 1))
    var bar = randomBars(1, seed: 1, shape: MarketShape(instrument: 1))[0]
    bar.openTime = Timestamp(milliseconds: text - 3_600_000)
    return stage.receive(bar, hasGap: false, isPreRoll: false)
  }

  private func held(_ side: PositionSide) -> PositionView {
    PositionView(side: side, quantity: Quantity(raw: 1), totalCostQuote: Money(raw: 1), entryTime: nil)
  }

  @Test func positionAndShortable() {
    let monday: Int64 = 1_609_718_400_000  // 2021-01-04T00:00:00Z
    #expect(context(closing: monday, position: .flat, shortable: false).context == [1, 0, 0, 0, 0, 1, 0, 1])
    let long = context(closing: monday, position: held(.long), shortable: true)
    #expect(long.context == [0, 1, 0, 1, 0, 1, 0, 1])
    #expect(long.position.side == .long)
    #expect(long.isShortable)
    #expect(long.legalMask.bits == 0b10100)
    #expect(context(closing: monday, position: held(.short), shortable: true).context.prefix(4) == [0, 0, 1, 1])
  }

  @Test(arguments: [
    // 2021-01-04T06:00:00Z, a Monday: a quarter of the day, 1/28 of the week.
    (1_609_740_000_000, 0.25, 1.0 / 28),
    // 2021-01-10T18:00:00Z, a Sunday.
    (1_610_301_600_000, 0.75, 6.75 / 7),
    // 1969-12-31T12:00:00Z, a Wednesday before 1970.
    (-43_200_000, 0.5, 2.5 / 7),
  ])
  func timeOfDayAndWeek(close: Int64, day: Double, week: Double) {
    let values = context(closing: close, position: .flat, shortable: false).context.suffix(4).map(Double.init)
    let wanted = [sin(2 * .pi * day), cos(2 * .pi * day), sin(2 * .pi * week), cos(2 * .pi * week)]
    for (value, want) in zip(values, wanted) { #expect(agree(value, want, tolerance: 1e-6)) }
  }

  @Test func theNextObservationsCarryTheQuote() {
    var stage = FeatureStage(instruments: table(), timeframe: .oneHour, scope: .network)
    let bars = randomBars(2, seed: 2)
    #expect(stage.receive(bars[0], hasGap: false, isPreRoll: false).quote == nil)
    let quote = Quote(
      instrument: InstrumentID(index: 0), time: bars[0].closeTime, bid: Price(raw: 1), ask: Price(raw: 2))
    stage.receive(quote)
    #expect(stage.receive(bars[1], hasGap: false, isPreRoll: false).quote == quote)
  }

  @Test func schemaIsPinned() {
    #expect(FeatureSchema.names.count == 16)
    #expect(FeatureSchema.contextNames.count == 8)
    #expect(FeatureSchema.bars == 60)
    #expect(FeatureSchema.warmUpBars == 228)
    #expect(Set(FeatureSchema.names + FeatureSchema.contextNames).count == 24)
    // A changed hash locks out every model trained so far: change it only together with the schema's version.
    #expect(FeatureSchema.hash == "5b2131579a9dd7959cdcd67ba6facb0ecbb686dc10d3dcd32314119b20855a67")
  }

  @Test func observationHashCoversWindowThenContext() throws {
    var observation = context(closing: 0, position: .flat, shortable: false)
    observation.window = [1, -2.5]
    observation.context = [0.5]
    // 1.0, -2.5 and 0.5 as little-endian float32.
    let bytes: [UInt8] = [0, 0, 0x80, 0x3F, 0, 0, 0x20, 0xC0, 0, 0, 0, 0x3F]
    #expect(FeatureStage.hash(of: observation) == SHA256.digest(bytes))
    observation.context = [0.25]
    #expect(FeatureStage.hash(of: observation) != SHA256.digest(bytes))
  }
}
