import Backtest
import Core
import Testing

@Suite struct PriceRecorderTests {
  @Test func rangesAreBoundedAndHoldEveryBar() {
    for count in [1, 2, 1999, 2000, 2001, 4000, 4001, 50_000] {
      let bars = Market.bars(1, each: count)
      var recorder = PriceRecorder()
      for bar in bars { recorder.see(bar) }
      let stretches = recorder.stretches
      #expect(
        stretches.count <= PriceRecorder.capacity && recorder.bars == count && recorder.last == bars.last?.openTime)
      #expect(count < 2001 ? stretches.count == count : stretches.count >= PriceRecorder.capacity / 2 - 1, "\(count)")
      #expect(stretches.first?.at == bars.first?.openTime)
      var place = 0
      for bar in bars {
        while place + 1 < stretches.count, stretches[place + 1].at <= bar.openTime { place += 1 }
        #expect(stretches[place].low <= bar.low && stretches[place].high >= bar.high, "\(count): \(bar.openTime)")
        if stretches[place].low > bar.low { return }
      }
      #expect(stretches.map(\.low).min() == bars.map(\.low).min())
      #expect(stretches.map(\.high).max() == bars.map(\.high).max())
    }
  }
}
