/// The moods of the simulated market: a Markov chain.
enum MarketRegime: Int, CaseIterable {
  case calm, up, down, turbulent

  /// Volatility as a multiple of the usual one.
  var volatility: Double {
    switch self {
    case .calm: 0.6
    case .up: 0.9
    case .down: 1.1
    case .turbulent: 2.0
    }
  }

  /// Expected log return of a bar, in usual volatilities of a bar.
  var drift: Double {
    switch self {
    case .calm, .turbulent: 0
    case .up: 0.08
    case .down: -0.08
    }
  }

  /// Chance that the regime ends with a bar: the inverse of its mean duration in bars.
  private var leaving: Double {
    switch self {
    case .calm: 1.0 / 300
    case .up, .down: 1.0 / 150
    case .turbulent: 1.0 / 60
    }
  }

  /// The regime of the next bar. `draw` is uniform in [0, 1).
  func next(_ draw: Double) -> MarketRegime {
    guard draw < leaving else { return self }
    // The draw below the threshold is uniform again: the other three are equally likely.
    let choice = min(2, Int(draw / leaving * 3))
    return MarketRegime(rawValue: (rawValue + 1 + choice) % Self.allCases.count) ?? .calm
  }
}
