import Bot
import Control
import Core
import Foundation
import Testing

@Suite("Clocks and latencies")
struct TimeTests {
  private func moment(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

  @Test func inVirtualTimeNowIsTheNewestClose() {
    let time = VirtualTime(start: moment(77))
    var clock = EventClock(pace: .unlimited, time: time)
    #expect(clock.now == moment(0))
    clock.barClosed(at: moment(60_000))
    time.set(moment(9_999_999))
    #expect(clock.now == moment(60_000))
  }

  @Test func aPacedRecordingGoesOnWithTheWallClock() {
    let time = VirtualTime(start: moment(1000))
    var clock = EventClock(pace: .barsPerSecond(10), time: time)
    #expect(clock.now == moment(0))
    clock.barClosed(at: moment(60_000))
    time.set(moment(3500))
    #expect(clock.now == moment(62_500))
    clock.barClosed(at: moment(120_000))
    #expect(clock.now == moment(120_000))
  }

  @Test func onTheWallClockNowIsNow() {
    let time = VirtualTime(start: moment(1000))
    var clock = EventClock(pace: .wallClock, time: time)
    clock.barClosed(at: moment(60_000))
    #expect(clock.now == moment(1000))
    #expect(!Pace.wallClock.isVirtual && !Pace.barsPerSecond(1).isVirtual && Pace.unlimited.isVirtual)
  }

  @Test func theSystemsClocksGoForward() {
    let time = SystemTime()
    let first = time.monotonicNanoseconds
    #expect(time.monotonicNanoseconds >= first)
    #expect(abs(time.now.millisecondsSince(moment(Int64(Date().timeIntervalSince1970 * 1000)))) < 60_000)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func percentilesAreWithinABucketOfTheTruth(seed: UInt64) throws {
    var random = CounterRandom(seed: seed, purpose: .propertyTest, lane: 5)
    var histogram = LatencyHistogram()
    var values: [UInt64] = []
    for _ in 0..<(1 + random.below(3000)) {
      let value = random.next() >> UInt64(4 + random.below(59))
      values.append(value)
      histogram.add(nanoseconds: value)
    }
    values.sort()
    for quantile in [0.01, 0.5, 0.9, 0.99, 1] {
      let rank = max(1, Int((Double(values.count) * quantile).rounded(.up)))
      let truth = Double(values[rank - 1]) / 1000
      let found = try #require(histogram.microseconds(atQuantile: quantile))
      #expect(
        found >= truth * 0.999_999 && found <= max(truth * 1.032, truth + 0.001), "seed \(seed) quantile \(quantile)")
    }
    #expect(histogram.count == UInt64(values.count) && histogram.maximumMicros == Double(values.last!) / 1000)
  }

  @Test func theEdgesOfAHistogram() {
    var histogram = LatencyHistogram()
    #expect(histogram.microseconds(atQuantile: 0.5) == nil)
    histogram.add(microseconds: -5)
    #expect(histogram.microseconds(atQuantile: 0.5) == 0)
    histogram.add(nanoseconds: .max)
    histogram.add(microseconds: .max)
    #expect(histogram.count == 3 && histogram.microseconds(atQuantile: 1)! > 1e15)
  }
}
