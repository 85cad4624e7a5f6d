import Core
import Feed
import Testing

@Suite struct QuickRowTests {
  /// A number as files have them, and as only damaged or odd ones do.
  private static func number(_ random: inout CounterRandom) -> String {
    func digits(_ count: Int) -> String { (0..<count).map { _ in "\(random.below(10))" }.joined() }
    switch random.below(12) {
    case 0: return digits(1 + random.below(24))
    case 1: return "0." + digits(1 + random.below(20))
    case 2: return ["", ".", "1.", ".5", "-1", "+1", "1e3", "1 ", "0", "00", "1..2", "\0"][random.below(12)]
    default: return "1\(digits(random.below(3))).\(digits(1 + random.below(9)))"
    }
  }

  /// The same file twice: in the second every number has an exponent of zero, which only the general reader takes. All
  /// that comes out must be the same.
  @Test func quickAndGeneralReadersAgree() throws {
    let files = try TemporaryFiles()
    // Enough good rows to tell the length of a bar.
    let good = (0..<ReplayFile.inferenceRows).map { "\($0 * 300_000),10,n,12,9,11,1\n" }.joined()
    var bars = 0
    for seed in UInt64(0)..<100 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest)
      var plain = "timestamp_ms,open,note,high,low,close,volume\n" + good
      var general = plain
      for row in 300..<360 {
        let time = random.below(10) == 0 ? Self.number(&random) : "\(row * 300_000)"
        let base = Self.number(&random)
        let prices = (0..<4).map { _ in random.below(4) == 0 ? Self.number(&random) : base }
        let volume = Self.number(&random)
        let note = ["", "a", "\r", "\0", String(repeating: "x", count: 70)][random.below(5)]
        let end = ["\n", "\r\n", "\n", ",\n"][random.below(12) / 3]
        plain += "\(time),\(prices[0]),\(note),\(prices[1...].joined(separator: ",")),\(volume)\(end)"
        general +=
          "\(time),\(Self.slow(prices[0])),\(note),\(prices[1...].map { Self.slow($0) }.joined(separator: ",")),\(volume)\(end)"
      }
      let one = try Result(files.write(plain, "1.csv"))
      let other = try Result(files.write(general, "2.csv"))
      let same = one == other
      #expect(same, "seed \(seed)")
      bars += one.bars.count - ReplayFile.inferenceRows
    }
    #expect(bars > 1000, "\(bars) of 6,000 rows are bars")
  }

  private static func slow(_ number: String) -> String { number.contains("e") ? number : number + "e0" }

  private struct Result: Equatable {
    var bars: [Bar]
    var quality: FeedQuality
    var lines: [Int]

    init(_ path: String) throws {
      let file = try ReplayFile(path: path, instrument: btc, expected: Timeframe("5m"), rejects: 100)
      bars = try drain(file)
      quality = file.quality
      lines = file.rowErrors.map(\.line)
    }
  }

  @Test func linesOfAnyLengthCrossTheBuffer() throws {
    let files = try TemporaryFiles()
    for length in [1, 63, 64, 500, 4000] {
      let note = String(repeating: "n", count: length)
      let rows = (0..<3000).map { "\($0 * 60_000),10,12,9,11,1,\(note)\n" }.joined()
      let path = try files.write("timestamp_ms,open,high,low,close,volume,note\n" + rows)
      #expect(try drain(ReplayFile(path: path, instrument: btc)).count == 3000, "\(length)")
    }
    let long = "0,10,12,9,11,1,\(String(repeating: "n", count: 4082))\n"
    let path = try files.write("timestamp_ms,open,high,low,close,volume,note\n" + long)
    #expect(throws: FeedError.lineTooLong(file: path, line: 2, limit: 4096)) {
      _ = try ReplayFile(path: path, instrument: btc, expected: .oneMinute)
    }
  }
}
