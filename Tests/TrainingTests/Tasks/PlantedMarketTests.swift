import Core
import Foundation
import Testing
import Training

@Suite struct PlantedMarketTests {
  private struct Golden: Decodable {
    struct Case: Decodable {
      struct Input: Decodable { var phi, kappa, sigma, cost: Double }
      struct Expected: Decodable {
        struct Thresholds: Decodable {
          var openLongAbove: Double?, holdLongAbove: Double?
        }
        struct Path: Decodable {
          var sum: Double, opens: Int, xFirst3: [Double], rFirst3: [Double], rLast: Double
          enum CodingKeys: String, CodingKey {
            case sum, opens, rLast
            case xFirst3 = "xFirst3"
            case rFirst3 = "rFirst3"
          }
        }
        var optimalGainPerBar: Double, thresholds: Thresholds
        var pathSeed99N2000: Path?
        enum CodingKeys: String, CodingKey {
          case optimalGainPerBar, thresholds
          case pathSeed99N2000 = "pathSeed99N2000"
        }
      }
      var id: String, input: Input, expected: Expected
    }
    var cases: [Case]
  }

  private static func golden() throws -> Golden {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Golden.self, from: Data(try targetCases("06-planted-edge")))
  }

  private static func market(_ input: Golden.Case.Input) -> PlantedMarket {
    PlantedMarket(persistence: input.phi, strength: input.kappa, deviation: input.sigma, cost: input.cost)
  }

  @Test func namedMarketsAreThoseOfTheReference() throws {
    let cases = try Self.golden().cases
    #expect(cases.map(\.id) == PlantedMarket.named.map(\.name))
    for (name, market) in PlantedMarket.named {
      #expect(cases.first { $0.id == name }.map { Self.market($0.input) } == market)
    }
  }

  @Test func bestPoliciesAreThoseOfTheReference() throws {
    for golden in try Self.golden().cases {
      let best = PlantedOptimum(Self.market(golden.input))
      let gain = golden.expected.optimalGainPerBar
      #expect(abs(best.gainPerBar - gain) <= 0.02 * gain + 1e-12, "\(golden.id): \(best.gainPerBar)")
      guard let open = golden.expected.thresholds.openLongAbove, let hold = golden.expected.thresholds.holdLongAbove
      else {
        #expect(best.openAbove == .infinity, "\(golden.id)")
        continue
      }
      #expect(abs(best.openAbove - open) <= 0.05, "\(golden.id): \(best.openAbove)")
      #expect(abs(best.holdAbove - hold) <= 0.05, "\(golden.id): \(best.holdAbove)")
    }
  }

  @Test func pathsAndWhatIsEarnedAlongThemAreThoseOfTheReference() throws {
    for golden in try Self.golden().cases {
      guard let expected = golden.expected.pathSeed99N2000, let open = golden.expected.thresholds.openLongAbove,
        let hold = golden.expected.thresholds.holdLongAbove
      else { continue }
      let market = Self.market(golden.input)
      let path = market.path(seed: 99, bars: 2000)
      for index in 0..<3 {
        #expect(abs(path.signal[index] - expected.xFirst3[index]) <= 1e-9)
        #expect(abs(path.returns[index] - expected.rFirst3[index]) <= 1e-9)
      }
      #expect(abs(path.returns[1999] - expected.rLast) <= 1e-9)
      var best = PlantedOptimum(market)
      (best.openAbove, best.holdAbove) = (open, hold)
      let series = market.series(path, seed: 1, windowBars: 1)
      var opens = 0
      let run = GreedyRunner.walk(series, costs: TradingCosts(turnover: market.cost)) { bar, position in
        let action = best.action(path.signal[bar], from: position)
        if action.isOpening { opens += 1 }
        return action
      }
      #expect(opens == expected.opens, "\(golden.id)")
      #expect(abs(run.rewards.reduce(0, +) - expected.sum) <= 1e-9, "\(golden.id): \(run.rewards.reduce(0, +))")
    }
  }

  @Test func distractorsAreOthersForEachFeatureAndSeed() {
    let market = PlantedMarket.named[0].market
    let path = market.path(seed: 5, bars: 50)
    let one = market.series(path, seed: 1, distractors: 3, windowBars: 4)
    let two = market.series(path, seed: 2, distractors: 3, windowBars: 4)
    #expect(one.featureCount == 5)
    #expect(one.features[2] != one.features[3] && one.features[2] != two.features[2])
    #expect(one.features[0] == two.features[0])
    #expect(one.isDecidable.prefix(4) == [false, false, false, true])
  }
}
