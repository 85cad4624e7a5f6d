import Core
import Feed
import Testing

@Suite struct MergedReplayTests {
  @Test func barsComeByCloseTimeThenInstrument() throws {
    for seed in UInt64(0)..<30 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest)
      let files = try TemporaryFiles()
      var replays: [ReplayFile] = []
      var expected: [Bar] = []
      let count = 1 + random.below(9)
      for index in (0..<count).reversed() {
        let from = random.below(40) * 5
        let text = header + rows(2 + random.below(60), from: from)
        let path = try files.write(text, "\(index).csv")
        let instrument = InstrumentID(index: UInt16(index))
        replays.append(try ReplayFile(path: path, instrument: instrument))
        var hours = BarAggregator(target: .oneHour)
        for bar in try drain(ReplayFile(path: path, instrument: instrument)) {
          if let made = hours.receive(bar) { expected.append(made) }
        }
        if let rest = hours.flush() { expected.append(rest) }
      }
      expected.sort { ($0.closeTime, $0.instrument) < ($1.closeTime, $1.instrument) }
      var merged = try MergedReplay(replays, target: .oneHour)
      var bars: [Bar] = []
      while let bar = try merged.next() { bars.append(bar) }
      #expect(bars == expected, "seed \(seed)")
      #expect(merged.quality.bars == replays.reduce(0) { $0 + $1.quality.bars }, "seed \(seed)")
      #expect(try merged.next() == nil)
    }
  }

  @Test func filesOfSeveralLengthsMergeAndIncompleteHoursCount() throws {
    let files = try TemporaryFiles()
    let five = try ReplayFile(path: files.write(header + rows(30), "5.csv"), instrument: btc)
    let hour = try ReplayFile(
      path: files.write(header + "x\n" + rows(3, step: 60), "60.csv"), instrument: InstrumentID(index: 1))
    var merged = try MergedReplay([hour, five], target: .oneHour)
    var order: [UInt16] = []
    while let bar = try merged.next() {
      #expect(bar.timeframe == .oneHour)
      order.append(bar.instrument.index)
    }
    #expect(order == [0, 1, 0, 1, 0, 1])
    #expect(merged.incompleteBars == 1)
    #expect(merged.rowErrors.count == 1 && merged.quality.badRows == 1)
  }

  @Test func impossibleMergesAreRefused() throws {
    let files = try TemporaryFiles()
    let path = try files.write(header + rows(3, step: 60))
    let one = try ReplayFile(path: path, instrument: btc)
    let two = try ReplayFile(path: path, instrument: btc)
    #expect(throws: FeedError.duplicateInstrument(file: path, otherFile: path)) {
      _ = try MergedReplay([one, two], target: .oneHour)
    }
    #expect(throws: FeedError.cannotAggregate(source: .oneHour, target: .oneMinute)) {
      _ = try MergedReplay([one], target: .oneMinute)
    }
    var none = try MergedReplay([], target: .oneHour)
    #expect(try none.next() == nil)
  }
}
