import Core
import Foundation

/// The best policy of a planted market: two thresholds on the signal, found by value iteration on a grid.
package struct PlantedOptimum: Sendable, Equatable {
  /// A long is opened where the signal is above; a short below minus it. Infinite where opening never pays.
  package var openAbove: Double
  /// A long is kept where the signal is above, a short below minus it.
  package var holdAbove: Double
  /// Expected gain of a bar, net.
  package var gainPerBar: Double

  private static let cells = 801
  private static let reach = 5.0
  private static let maxSweeps = 20_000

  /// Solves a market.
  package init(_ market: PlantedMarket) {
    let step = 2 * Self.reach / Double(Self.cells - 1)
    let grid = (0..<Self.cells).map { -Self.reach + Double($0) * step }
    let transitions = Self.transitions(market.persistence, grid, step)
    let drift = grid.map { market.deviation * market.strength * $0 }
    // By symmetry a short at x is a long at -x.
    var flat = [Double](repeating: 0, count: Self.cells)
    var long = flat
    var gain = 0.0
    for _ in 0..<Self.maxSweeps {
      let (nextFlat, nextLong) = (Self.expect(flat, transitions), Self.expect(long, transitions))
      var (newFlat, newLong) = (flat, long)
      for cell in 0..<Self.cells {
        let mirror = Self.cells - 1 - cell
        let stay = nextFlat[cell]
        let open = drift[cell] - market.cost + nextLong[cell]
        let openShort = -drift[cell] - market.cost + nextLong[mirror]
        newFlat[cell] = max(stay, open, openShort)
        newLong[cell] = max(drift[cell] + nextLong[cell], -market.cost + nextFlat[cell])
      }
      let base = newFlat[Self.cells / 2]
      gain = base
      var change = 0.0
      for cell in 0..<Self.cells {
        newFlat[cell] -= base
        newLong[cell] -= base
        change = max(change, abs(newFlat[cell] - flat[cell]), abs(newLong[cell] - long[cell]))
      }
      (flat, long) = (newFlat, newLong)
      if change < 1e-12 { break }
    }
    gainPerBar = max(0, gain)
    let (nextFlat, nextLong) = (Self.expect(flat, transitions), Self.expect(long, transitions))
    openAbove = Self.crossing(grid) { drift[$0] - market.cost + nextLong[$0] - nextFlat[$0] }
    holdAbove = Self.crossing(grid) { drift[$0] + nextLong[$0] + market.cost - nextFlat[$0] }
  }

  /// Where a rising advantage becomes positive, between the cells.
  private static func crossing(_ grid: [Double], _ advantage: (Int) -> Double) -> Double {
    guard let cell = grid.indices.first(where: { advantage($0) > 1e-12 }) else { return .infinity }
    guard cell > 0 else { return -.infinity }
    let (below, above) = (advantage(cell - 1), advantage(cell))
    return grid[cell] - (grid[cell] - grid[cell - 1]) * above / max(above - below, 1e-300)
  }

  /// For each cell the first of the cells it leads to, and their probabilities.
  private static func transitions(
    _ persistence: Double, _ grid: [Double], _ step: Double
  ) -> [(first: Int, weights: [Double])] {
    let fresh = (1 - persistence * persistence).squareRoot()
    return grid.map { x in
      let mean = persistence * x
      let first = max(0, Int(((mean - 6 * fresh + reach) / step).rounded(.down)))
      let last = min(cells - 1, Int(((mean + 6 * fresh + reach) / step).rounded(.up)))
      func below(_ value: Double) -> Double { 0.5 * erfc(-(value - mean) / fresh / Double(2).squareRoot()) }
      let weights = (first...last).map { cell in
        (cell == cells - 1 ? 1 : below(grid[cell] + step / 2)) - (cell == 0 ? 0 : below(grid[cell] - step / 2))
      }
      let sum = weights.reduce(0, +)
      return (first, weights.map { $0 / sum })
    }
  }

  private static func expect(_ values: [Double], _ transitions: [(first: Int, weights: [Double])]) -> [Double] {
    transitions.map { first, weights in
      var sum = 0.0
      for (offset, weight) in weights.enumerated() { sum += weight * values[first + offset] }
      return sum
    }
  }

  /// The action at a signal from a position.
  package func action(_ signal: Double, from position: PositionSide) -> Action {
    switch position {
    case .flat: signal > openAbove ? .buyLong : signal < -openAbove ? .sellShort : .hold
    case .long: signal > holdAbove ? .hold : .closeLong
    case .short: signal < -holdAbove ? .hold : .closeShort
    }
  }
}
