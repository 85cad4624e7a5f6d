import Core
import HRM

/// Which windows of which series a trainer draws.
package protocol WindowSampler: Sendable {
  /// The series (`source`), first bar (`start`) and, as options, what `WindowOptions` holds: a function of the arguments
  /// alone.
  func draw(seed: UInt64, step: Int, lane: Int) -> LaneSample
}

/// The further choices of a window.
package struct WindowOptions: Sendable, Equatable {
  /// Where the window begins.
  package var start: PositionSide
  /// Whether the instrument is to be taken for an unknown one.
  package var isUnknown: Bool

  /// Options as given.
  package init(start: PositionSide, isUnknown: Bool = false) {
    self.start = start
    self.isUnknown = isUnknown
  }

  /// The options of a sample.
  package init(_ sample: LaneSample) {
    start = PositionSide.inOrder[sample.options & 3]
    isUnknown = sample.options & 4 != 0
  }

  /// As bits.
  package var bits: Int { start.place | (isUnknown ? 4 : 0) }
}

/// Windows drawn evenly from series: half of them start flat, the others on either side.
package struct EvenSampler: WindowSampler {
  /// First bars of windows, series by series.
  private let starts: [[Int]]
  private let shortable: [Bool]

  /// Windows of `bars` bars that can all be learnt from. Throws a `TrainingError` if there are none.
  package init(_ series: [TradingSeries], bars: Int) throws {
    starts = series.map { $0.windowStarts(bars: bars) }
    shortable = series.map(\.isShortable)
    guard starts.contains(where: { !$0.isEmpty }) else {
      throw TrainingError("no series has \(bars) bars in a row that can be learnt from")
    }
  }

  package func draw(seed: UInt64, step: Int, lane: Int) -> LaneSample {
    var random = CounterRandom(seed: seed, purpose: .trainingSamples, step: UInt64(step), lane: UInt64(lane))
    var source: Int
    repeat { source = random.below(starts.count) } while starts[source].isEmpty
    let start = starts[source][random.below(starts[source].count)]
    var position = PositionSide.flat
    if random.uniform() >= 0.5 { position = shortable[source] && random.uniform() < 0.5 ? .short : .long }
    return LaneSample(source: source, start: start, options: WindowOptions(start: position).bits)
  }
}

extension TradingSeries {
  /// First bars of all windows of so many bars that can be learnt from.
  package func windowStarts(bars: Int) -> [Int] {
    var starts: [Int] = []
    var run = 0
    for bar in 0..<count {
      run = isDecidable[bar] ? run + 1 : 0
      if run >= bars { starts.append(bar - bars + 1) }
    }
    return starts
  }

  /// What a network reads to decide at each of some bars from every position: rows bar · 3 + place of the position.
  ///
  /// - Parameter windowBars: bars that one decision looks at, the decision's own last; those before the first are 0.
  func inputs(_ bars: Range<Int>, windowBars: Int, isUnknown: Bool = false) -> TrainingInputs {
    let positions = PositionSide.inOrder
    let rows = bars.count * positions.count
    let width = windowBars * featureCount
    var context: [Float] = []
    context.reserveCapacity(rows * 8)
    for bar in bars {
      for position in positions {
        context += positions.map { $0 == position ? 1 : 0 }
        context.append(isShortable ? 1 : 0)
        context += clock[(4 * bar)..<(4 * bar + 4)]
      }
    }
    let windows = [Float](unsafeUninitializedCapacity: rows * width) { buffer, count in
      var next = 0
      for bar in bars {
        for _ in positions {
          let first = (bar + 1 - windowBars) * featureCount
          for index in first..<(first + width) {
            buffer.initializeElement(at: next, to: index < 0 ? 0 : features[index])
            next += 1
          }
        }
      }
      count = next
    }
    return TrainingInputs(
      count: rows, bars: windows,
      instruments: [Int](repeating: isUnknown ? 0 : instrumentRow, count: rows),
      timeframes: [Int](repeating: timeframeRow, count: rows), context: context)
  }
}
