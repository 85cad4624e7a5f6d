import Core
import Testing
import Training

@Suite struct SamplerTests {
  private func sampler(
    _ counts: [Int], window: Int = 10, lanes: Int = 64,
    change: (inout CorpusSampler.Options) -> Void = { _ in }
  ) throws -> CorpusSampler {
    let series = counts.enumerated().map { CorpusFixture.noise($1, features: 1, seed: UInt64($0)) }
    var options = CorpusSampler.Options(window: window, lanes: lanes)
    change(&options)
    return try #require(CorpusSampler(series, ranges: counts.map { 0..<$0 }, options: options))
  }

  @Test("a lane's draw is a function of seed, step and lane alone")
  func purity() throws {
    let counts = [20_000, 5_000, 12_000, 800, 30_000]
    let sampler = try sampler(counts), same = try self.sampler(counts)
    for step in [7, 0, 1_000_000] {
      let batch = sampler.batch(seed: 1, step: step)
      #expect(batch == same.batch(seed: 1, step: step) && batch != same.batch(seed: 2, step: step))
      for lane in [63, 0, 31] { #expect(same.draw(seed: 1, step: step, lane: lane) == batch.draws[lane]) }
    }
    #expect(sampler.batch(seed: 1, step: 1) != sampler.batch(seed: 1, step: 2))
  }

  @Test("windows lie in runs of decidable bars of their range, and each place comes as often as any other")
  func windows() throws {
    var series = CorpusFixture.noise(100, features: 1, seed: 1)
    for bar in [30, 31, 45] { series.isDecidable[bar] = false }
    var options = CorpusSampler.Options(window: 8, lanes: 200)
    options.monthShare = 1
    let sampler = try #require(CorpusSampler([series], ranges: [10..<60], options: options))
    // 10..<30, 32..<45 and 46..<60.
    let allowed = Array(10...22) + Array(32...37) + Array(46...52)
    #expect(sampler.windowCounts == [allowed.count])
    var seen: [Int: Int] = [:]
    for step in 0..<100 { for draw in sampler.batch(seed: 1, step: step).draws { seen[draw.start, default: 0] += 1 } }
    #expect(seen.keys.sorted() == allowed)
    let mean = 20_000.0 / Double(allowed.count)
    // Five standard deviations.
    #expect(seen.values.allSatisfy { (Double($0) - mean).magnitude < 5 * mean.squareRoot() })
    #expect(CorpusSampler([series], ranges: [10..<17], options: options) == nil)
    #expect(CorpusSampler([series], ranges: [0..<0], options: options) == nil)
  }

  @Test("markets come by the root of their windows, one in ten without its name")
  func weights() throws {
    let sampler = try sampler([10_009, 40_009, 90_009, 9, 2_509]) { $0.monthShare = 1 }
    #expect(sampler.windowCounts == [10_000, 40_000, 90_000, 0, 2_500])
    var seen = [Int](repeating: 0, count: 5)
    var unknown = 0
    for step in 0..<500 {
      for draw in sampler.batch(seed: 1, step: step).draws {
        seen[draw.series] += 1
        if draw.isUnknown { unknown += 1 }
      }
    }
    let total = 500 * 64.0
    for (count, root) in zip(seen, [100.0, 200, 300, 0, 50]) {
      #expect((Double(count) / total - root / 650).magnitude < 0.012, "\(seen)")
    }
    #expect(seen[3] == 0 && (Double(unknown) / total - 0.1).magnitude < 0.008)
  }

  @Test("no month has more than its share of a batch, and a batch has four instruments")
  func conditions() throws {
    // Two years of hours, and three short series that would hardly ever come.
    let counts = [17_520, 40, 40, 17_520, 40]
    let sampler = try sampler(counts, lanes: 64)
    #expect(sampler.monthCap == 3)
    var lanes: [Int: Int] = [:]
    for step in 0..<200 {
      let batch = sampler.batch(seed: 1, step: step)
      #expect(batch.draws.count == 64 && Set(batch.draws.map(\.series)).count >= 4, "step \(step)")
      var months: [Int: Int] = [:]
      for draw in batch.draws {
        let day = CalendarDay(CorpusFixture.start.adding(milliseconds: Int64(draw.start + 1) * 3_600_000))
        months[day.year * 12 + day.month, default: 0] += 1
        lanes[draw.series, default: 0] += 1
      }
      #expect(months.values.max()! <= 3 + batch.overCap, "step \(step): \(months)")
    }
    #expect(lanes.count == 5)
  }

  @Test("where there are few months each may have its part; series of one instrument count as one")
  func limits() throws {
    let sampler = try sampler([300, 300], lanes: 64)
    #expect(sampler.monthCap == 64)
    #expect(sampler.batch(seed: 1, step: 0).overCap == 0)
    let series = (0..<6).map { CorpusFixture.noise(17_520, features: 1, seed: UInt64($0)) }
    let options = CorpusSampler.Options(window: 10, lanes: 4)
    let paired = try #require(
      CorpusSampler(
        series, ranges: series.map { 0..<$0.count }, instruments: [0, 0, 0, 1, 2, 3], options: options))
    for step in 0..<300 {
      let drawn = paired.batch(seed: 1, step: step).draws.map { [0, 0, 0, 1, 2, 3][$0.series] }
      #expect(Set(drawn).count == 4, "step \(step)")
    }
  }
}
