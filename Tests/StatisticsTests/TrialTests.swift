import Core
import Files
import Foundation
import Statistics
import Testing

@Suite struct TrialTests {
  /// A ledger in a directory of its own, removed afterwards.
  private func withLedger(_ body: (TrialLedger) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.path + "/trials-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try body(TrialLedger(directory: directory))
  }

  private func trial(_ settings: String, returns: [Double]? = nil, created: Int64 = 5) throws -> TrialRecord {
    try TrialRecord(
      kind: "backtest", settings: settings, dataHashes: [String(repeating: "ab", count: 32)],
      from: Timestamp(milliseconds: 0), to: Timestamp(milliseconds: 1000),
      returns: returns ?? chanceReturns(50, seed: UInt64(settings.utf8.count)),
      created: Timestamp(milliseconds: created))
  }

  private func write(_ text: String, to ledger: TrialLedger, appending: Bool = true) throws {
    let before = appending ? (try? Data(contentsOf: URL(fileURLWithPath: ledger.path))) ?? Data() : Data()
    try (before + Data(text.utf8)).write(to: URL(fileURLWithPath: ledger.path))
  }

  @Test func whatIsAppendedIsRead() throws {
    try withLedger { ledger in
      #expect(try ledger.read().records == [])
      let reference = try TrialRecord(
        kind: "training", settings: "seed: 7\nβ: \"0.1\"", dataHashes: [String(repeating: "0", count: 64)],
        from: Timestamp(milliseconds: -5), to: Timestamp(milliseconds: 5), returns: .reference("returns.csv"),
        sharpe: nil,
        periods: 9, created: Timestamp(milliseconds: 1))
      let trials = [try trial("a"), try trial("bb"), reference]
      for trial in trials { #expect(try ledger.append(trial)) }
      #expect(try ledger.read().records == trials)
      #expect(try ledger.read().tornLines == 0)
      // The same trial again, later and with another result, is no new one.
      #expect(try !ledger.append(try trial("a", returns: [0.1, 0.2], created: 99)))
      #expect(try ledger.read().records == trials)
    }
  }

  @Test func severalAreAppendedAtOnce() throws {
    try withLedger { ledger in
      #expect(try ledger.append(contentsOf: []) == 0 && ledger.read().records == [])
      try ledger.append(try trial("a"))
      let trials = [try trial("a"), try trial("bb"), try trial("ccc"), try trial("bb")]
      #expect(try ledger.append(contentsOf: trials) == 2)
      #expect(try ledger.read().records == [trials[0], trials[1], trials[2]])
      #expect(try ledger.append(contentsOf: trials) == 0)
    }
  }

  @Test func idsNameWhatWasTried() throws {
    let one = try trial("a")
    #expect(one.id == (try trial("a", returns: [0.5, 0.1], created: 7)).id)
    #expect(one.id != (try trial("b")).id && one.id.utf8.count == 64)
  }

  @Test func everyTornLineIsDropped() throws {
    try withLedger { ledger in
      try ledger.append(try trial("a"))
      let whole = try Data(contentsOf: URL(fileURLWithPath: ledger.path)).count
      let last = try trial("bb").line
      for length in [1, 2, last.count / 2, last.count - 1] {
        try write(String(decoding: last.prefix(length), as: UTF8.self), to: ledger)
        #expect(try ledger.read().tornLines == 1 && ledger.read().records.count == 1, "\(length) bytes")
        // The next writer takes its place.
        #expect(try ledger.append(try trial("ccc")))
        #expect(try ledger.read().records.map(\.settings) == ["a", "ccc"] && ledger.read().tornLines == 0)
        truncate(ledger.path, whole)
      }
      // Only the end of the line is missing: the record is whole, and stays.
      try write(String(decoding: last, as: UTF8.self), to: ledger)
      #expect(try ledger.read().tornLines == 0 && ledger.read().records.count == 2)
      try ledger.append(try trial("ccc"))
      #expect(try ledger.read().records.map(\.settings) == ["a", "bb", "ccc"])
    }
  }

  @Test func badLinesAreRefusedByPlace() throws {
    let good = String(decoding: try trial("a").line, as: UTF8.self)
    let bad = [
      "", "{}", "nonsense", good.replacing("\"a\"", with: "\"b\""),
      good.replacing("hrmbot.trial/1", with: "hrmbot.trial/2"),
      good.replacing("\"periods\":50", with: "\"periods\":51"), good.replacing("\"to\":1000", with: "\"to\":-1"),
      good.replacing("abab", with: "ABab"),
      good.replacing("\"sharpe\":", with: "\"sharpe\":1"),
    ]
    for line in bad {
      #expect(line != good)
      try withLedger { ledger in
        try write("\(good)\n\(line)\n\(good)\n", to: ledger)
        let error = #expect(throws: StatisticsError.self) { try ledger.read() }
        #expect(error?.description.hasPrefix("\(ledger.path):2: ") == true, "\(String(describing: error))")
        #expect(throws: StatisticsError.self) { try ledger.append(try trial("ccc")) }
        #expect(try String(contentsOfFile: ledger.path, encoding: .utf8) == "\(good)\n\(line)\n\(good)\n")
      }
    }
  }

  @Test func oneWriterAtATime() throws {
    try withLedger { ledger in
      let path = ledger.path.replacing(TrialLedger.fileName, with: TrialLedger.lockName)
      let lock = try DirectoryLock(path: path)
      let error = #expect(throws: StatisticsError.self) { try ledger.append(try trial("a")) }
      #expect(error?.description.contains("another process is writing trials") == true)
      withExtendedLifetime(lock) {}
    }
    #expect(throws: StatisticsError.self) { try TrialLedger(directory: "/dev/null/at/all").append(try trial("a")) }
  }

  @Test func recordsThatCannotBeAreRefused() {
    let hash = String(repeating: "a", count: 64)
    func record(_ kind: String, _ hashes: [String], _ returns: [Double], to: Int64 = 5) throws -> TrialRecord {
      try TrialRecord(
        kind: kind, settings: "", dataHashes: hashes, from: Timestamp(milliseconds: 0), to: Timestamp(milliseconds: to),
        returns: returns, created: Timestamp(milliseconds: 0))
    }
    #expect(throws: Never.self) { try record("a", [hash], [0]) }
    #expect(throws: StatisticsError.self) { try record("", [hash], [0]) }
    #expect(throws: StatisticsError.self) { try record("a", [], [0]) }
    #expect(throws: StatisticsError.self) { try record("a", ["abc"], [0]) }
    #expect(throws: StatisticsError.self) { try record("a", [hash], []) }
    #expect(throws: StatisticsError.self) { try record("a", [hash], [.nan]) }
    #expect(throws: StatisticsError.self) { try record("a", [hash], [0], to: -1) }
    #expect(throws: StatisticsError.self) { try record("a", [hash], Array(repeating: 0, count: 20_001)) }
  }

  @Test func trialsAreCountedOnce() throws {
    let (a, b) = (try trial("a"), try trial("bb"))
    let never = try trial("ccc", returns: Array(repeating: 0, count: 50))
    let census = TrialCensus([a, b, a, never, try trial("bb", returns: [0.1, 0.3])])
    #expect(census.count == 3 && census.repeats == 2 && census.contradictions == 1)
    let (first, second) = (a.sharpe!, b.sharpe!)
    #expect(near(census.sharpeVariance, (first - second) * (first - second) / 2))
    #expect(census.averageCorrelation.map { abs($0) < 0.5 } == true)
    #expect(census.variance(periods: 4) == max(census.sharpeVariance!, 0.25))
    let none = TrialCensus([])
    #expect(none.count == 0 && none.sharpeVariance == nil && none.variance(periods: 50) == 0.02)
    #expect(none.effectiveCount == 0)
    // The same series three times is one trial's worth.
    let same = TrialCensus(try ["a", "b", "c"].map { try trial($0, returns: chanceReturns(50, seed: 1)) })
    #expect(same.count == 3 && near(same.averageCorrelation, 1) && near(same.effectiveCount, 1))
  }

  @Test func eachTrialMakesAResultLessSure() throws {
    let moments = try #require(Moments(chanceReturns(500, seed: 12, mean: 0.0015)))
    var sure = 1.0
    for count in [1, 3, 10, 30] {
      let census = TrialCensus(
        try (0..<count).map { try trial("\($0)", returns: chanceReturns(500, seed: UInt64($0))) })
      let deflated = try #require(census.deflatedSharpe(of: moments))
      #expect(deflated < sure, "\(count) trials")
      sure = deflated
    }
    let undeflated = ProbabilisticSharpe.probability(
      sharpe: moments.sharpe!, exceeding: 0, skewness: moments.skewness!, kurtosis: moments.kurtosis!, periods: 500)
    #expect(TrialCensus([]).deflatedSharpe(of: moments) == undeflated)
    #expect(TrialCensus([]).deflatedSharpe(of: try #require(Moments([0.1, 0.1]))) == nil)
  }
}
