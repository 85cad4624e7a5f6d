import Backtest
import Core
import Statistics

/// Labels, their weights, and splits that keep them apart.
enum LabelCases {
  /// Moments of spans lie within -limit...limit.
  private static let limit = 1_000_000_000_000

  static func barrier(_ input: CaseInput) throws -> [CaseField] {
    let bars = try input.rows("ohlc").enumerated().map { index, row in
      guard row.count == 4 else { throw StatisticsError("ohlc[\(index)]: has \(row.count) prices, not 4") }
      return PriceBar(open: row[0], high: row[1], low: row[2], close: row[3])
    }
    let bar = try input.integer("t0", in: 0...limit)
    let horizon = try input.integer("horizon", in: 1...limit)
    guard
      let barrier = TripleBarrier(
        bars, at: bar, side: try side(input), deviation: try input.number("sigma"), up: try input.number("up"),
        down: try input.number("dn"), horizon: horizon)
    else { throw StatisticsError("ohlc: \(bars.count) bars end before \(horizon) bars after \(bar), no barrier met") }
    return [
      CaseField("label", .count(barrier.label)), CaseField("t1", .count(barrier.exitBar)),
      CaseField("exit", .number(barrier.exit)), CaseField("entry", .number(barrier.entry)),
      CaseField("upper", .number(barrier.upper)), CaseField("lower", .number(barrier.lower)),
    ]
  }

  /// `side`: `long` (also where it is missing) or `short`, or their signs.
  private static func side(_ input: CaseInput) throws -> PositionSide {
    guard let tree = input.tree["side"], !tree.isNull else { return .long }
    switch tree.string ?? tree.summary {
    case "long", "1": return .long
    case "short", "-1": return .short
    default: throw StatisticsError("side: \(tree.summary) is neither long nor short")
    }
  }

  static func differentialSharpe(_ input: CaseInput) throws -> [CaseField] {
    var record = DifferentialSharpe(
      rate: try input.number("eta", in: 0...1), mean: try input.number("a0", else: 0),
      meanSquare: try input.number("b0", else: 0))
    let values = try input.numbers("returns").map { record.receive($0) }
    return [
      CaseField("d", .numbers(values)), CaseField("a", .number(record.mean)),
      CaseField("b", .number(record.meanSquare)),
    ]
  }

  private static func spans(_ input: CaseInput) throws -> [ClosedRange<Int>] {
    try input.rows("spans").enumerated().map { index, row in
      guard row.count == 2, let start = Int(exactly: row[0]), let end = Int(exactly: row[1]), start <= end,
        start >= -limit, end <= limit
      else { throw StatisticsError("spans[\(index)]: is not a first and a last bar") }
      return start...end
    }
  }

  static func uniqueness(_ input: CaseInput) throws -> [CaseField] {
    [CaseField("weights", .numbers(LabelUniqueness.of(try spans(input))))]
  }

  static func split(_ input: CaseInput) throws -> [CaseField] {
    let (low, high) = (
      try input.integer("test_lo", in: -limit...limit), try input.integer("test_hi", in: -limit...limit)
    )
    guard low <= high else { throw StatisticsError("test_hi: \(high) is below test_lo, \(low)") }
    let split = PurgedSplit(
      spans: try spans(input).map { (start: $0.lowerBound, end: $0.upperBound) }, test: low...high,
      embargo: input.has("embargo") ? try input.integer("embargo", in: 0...limit) : 0,
      lookback: input.has("lookback") ? try input.integer("lookback", in: 0...limit) : 0)
    return [
      CaseField("train", .list(split.train.map { .count($0) })),
      CaseField("test", .list(split.test.map { .count($0) })),
    ]
  }
}
