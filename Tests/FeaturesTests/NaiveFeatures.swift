import Core
import Foundation

/// The network features written down from their definitions, over all bars up to one, without any running state that is
/// not part of a definition.
struct NaiveFeatures {
  let open: [Double]
  let high: [Double]
  let low: [Double]
  let close: [Double]
  let volume: [Double]

  init(_ bars: [Bar]) {
    open = bars.map(\.open.approximate)
    high = bars.map(\.high.approximate)
    low = bars.map(\.low.approximate)
    close = bars.map(\.close.approximate)
    volume = bars.map(\.volume.approximate)
  }

  private func over(_ numerator: Double, _ denominator: Double) -> Double {
    denominator == 0 ? 0 : numerator / denominator
  }

  private func mean(_ values: some Collection<Double>) -> Double { values.reduce(0, +) / Double(values.count) }

  func volatility(_ bar: Int, _ span: Int) -> Double {
    mean(((bar - span + 1)...bar).map { pow(log(close[$0] / close[$0 - 1]), 2) }).squareRoot()
  }

  private func trueRange(_ bar: Int) -> Double {
    max(high[bar] - low[bar], abs(high[bar] - close[bar - 1]), abs(low[bar] - close[bar - 1]))
  }

  /// Mean of the first `period`, then (previous·(period - 1) + x) / period.
  private func wilder(_ values: [Double], _ period: Int = 14) -> Double {
    values.dropFirst(period).reduce(mean(values.prefix(period))) { ($0 * Double(period - 1) + $1) / Double(period) }
  }

  /// Every value of an exponential mean, from the first that exists.
  private func exponential(_ values: [Double], _ period: Int) -> [Double] {
    var means = [mean(values.prefix(period))]
    for value in values.dropFirst(period) { means.append(means.last! + 2 / Double(period + 1) * (value - means.last!)) }
    return means
  }

  private func macdHistogram(_ bar: Int) -> Double {
    let slow = exponential(Array(close[0...bar]), 26)
    let fast = exponential(Array(close[14...bar]), 12)
    let line = zip(fast, slow).map { $0 - $1 }
    return line.last! - exponential(line, 9).last!
  }

  private func directional(_ bar: Int) -> (plus: Double, minus: Double, index: Double) {
    var (plus, minus, range) = (0.0, 0.0, 0.0)
    var strengths: [Double?] = []
    for day in 1...bar {
      let (rise, fall) = (high[day] - high[day - 1], low[day - 1] - low[day])
      let keep = day >= 14 ? 13.0 / 14 : 1
      plus = plus * keep + (rise > fall && rise > 0 ? rise : 0)
      minus = minus * keep + (fall > rise && fall > 0 ? fall : 0)
      range = range * keep + trueRange(day)
      if day >= 14 { strengths.append(plus + minus == 0 ? nil : 100 * abs(plus - minus) / (plus + minus)) }
    }
    let seed = mean(strengths.prefix(14).map { $0 ?? 0 })
    return (plus, minus, strengths.dropFirst(14).reduce(seed) { $1 == nil ? $0 : ($0 * 13 + $1!) / 14 })
  }

  /// The features of a bar from 168 on, before the clip.
  func row(_ bar: Int) -> [Double] {
    let (c, sigma) = (close[bar], volatility(bar, 168))
    let range = high[bar] - low[bar]
    let changes = (1...bar).map { close[$0] - close[$0 - 1] }
    let (up, down) = (wilder(changes.map { max($0, 0) }), wilder(changes.map { max(-$0, 0) }))
    let (last20, last50) = (close[(bar - 19)...bar], close[(bar - 49)...bar])
    let deviation = mean(last20.map { pow($0 - mean(last20), 2) }).squareRoot()
    let (plus, minus, index) = directional(bar)
    let meanVolume = mean(volume[(bar - 19)...bar])
    let ratio = over(volatility(bar, 24), sigma)
    return [
      over(log(c / close[bar - 1]), sigma), over(log(c / close[bar - 4]), 2 * sigma),
      over(log(c / close[bar - 24]), sigma * 24.squareRoot()),
      over(log(c / close[bar - 168]), sigma * 168.squareRoot()),
      over(log(high[bar] / low[bar]), sigma), over(c - open[bar], range), over(high[bar] - max(c, open[bar]), range),
      over(min(c, open[bar]) - low[bar], range), over(log(c / mean(last20)), sigma * 20.squareRoot()),
      over(log(c / mean(last50)), sigma * 50.squareRoot()),
      up + down == 0 ? 0 : (100 * up / (up + down) - 50) / 25,
      over(macdHistogram(bar), wilder((1...bar).map(trueRange))), over(c - mean(last20), 2 * deviation),
      volume[bar] == 0 ? 0 : log(volume[bar] / meanVolume), index / 50 * (plus > minus ? 1 : plus < minus ? -1 : 0),
      ratio == 0 ? 0 : log(ratio),
    ]
  }
}
