import Agent
import Core
import Foundation
import Testing

/// The bars of `vectors-features.json`.
struct GoldenBars: Decodable {
  struct Row: Decodable {
    let index, position, held, argmax: Int
    let entry, sigma168, value, weight_if_opened: Double
    let raw_features, observation, logits: [Double]
  }
  let bars: [[Double]]
  let rows: [Row]

  static func load() throws -> GoldenBars {
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(resources)/vectors-features.json"))
    return try JSONDecoder().decode(GoldenBars.self, from: data)
  }

  func bar(_ index: Int, instrument: UInt16 = 0) -> Bar {
    let row = bars[index]
    return AgentTests.bar(
      instrument, openTime: Int64(row[0]), open: price(row[1]), high: price(row[2]), low: price(row[3]),
      close: price(row[4]), volume: try! Measure("\(row[5])"))
  }
}

@Suite("Archived PPO policy: recorded vectors")
struct MLPVectorTests {
  private func close(_ left: [Double], _ right: [Double], _ tolerance: Double) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { abs($0 - $1) <= tolerance }
  }

  @Test("Features, observation, logits and value come out at the four rows, whatever instrument and start")
  func features() throws {
    let golden = try GoldenBars.load()
    for row in golden.rows {
      for (instrument, start) in [(UInt16(0), 0), (UInt16(2), row.index - 168)] {
        var policy = try MLPPolicy(directory: resources)
        for index in start...row.index { policy.observe(observation(golden.bar(index, instrument: instrument))) }
        let side = PositionSide(rawValue: Int8(row.position))!
        let entered = golden.bar(row.index).closeTime.milliseconds - Int64(row.held) * 3_600_000
        let held = position(side, entry: price(row.entry), entryTime: entered)
        let got = try #require(policy.inspect(InstrumentID(index: instrument), held))
        #expect(close(got.features, row.raw_features, 1e-8), "row \(row.index)")
        #expect(abs(got.sigma - row.sigma168) <= 1e-8)
        #expect(close(got.input.map(Double.init), row.observation, 1e-5), "row \(row.index): \(got.input)")
        #expect(close(got.logits, row.logits, 5e-5), "row \(row.index): \(got.logits)")
        #expect(abs(got.value - row.value) <= 5e-5)
        #expect(abs(got.weight - row.weight_if_opened) <= 1e-8)
      }
    }
  }

  private struct Replay: Decodable {
    let weights, ret: [Double]
    let final_log_equity, turnover: Double
    let trades: Int
  }

  @Test("Played over the bars it makes the recorded weights and returns")
  func replay() throws {
    let golden = try GoldenBars.load()
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(resources)/vectors-replay.json"))
    let expected = try JSONDecoder().decode(Replay.self, from: data)
    var policy = try MLPPolicy(directory: resources)
    var held = PositionView.flat
    var (weight, total, turnover, trades) = (0.0, 0.0, 0.0, 0)
    for index in 0..<398 {
      let seen = observation(golden.bar(index), position: held)
      policy.observe(seen)
      guard let wish = policy.decide(seen).wish else {
        Issue.record("no wish at bar \(index)")
        return
      }
      guard index >= 168 else {
        #expect(wish.action == .hold && wish.note == "warming_up")
        continue
      }
      let before = weight
      switch wish.action {
      case .hold: break
      case .buyLong, .sellShort:
        let side: PositionSide = wish.action == .buyLong ? .long : .short
        weight = Double(side.rawValue) * wish.fraction.approximate
        held = position(
          side, entry: golden.bar(index + 1).open, entryTime: golden.bar(index).closeTime.milliseconds)
        trades += 1
      case .closeLong, .closeShort:
        #expect(wish.fraction == .one)
        weight = 0
        held = .flat
      }
      // The README's costs: 10 + 2 basis points per side of the traded share of equity, at the open of the next bar.
      let move = golden.bars[index + 2][1] / golden.bars[index + 1][1] - 1
      let result = log((1 + weight * move) * (1 - abs(weight - before) * 12e-4))
      #expect(abs(weight - expected.weights[index - 168]) <= 1e-7, "decision \(index)")
      #expect(abs(result - expected.ret[index - 168]) <= 1e-7, "decision \(index)")
      total += result
      turnover += abs(weight - before)
    }
    #expect(abs(total - expected.final_log_equity) <= 1e-7)
    #expect(abs(turnover - expected.turnover) <= 1e-7)
    #expect(trades == expected.trades)
  }

  @Test("A decision carries the logits, the value and masked probabilities")
  func reading() throws {
    let golden = try GoldenBars.load()
    var policy = try MLPPolicy(directory: resources)
    for index in 0...200 { policy.observe(observation(golden.bar(index))) }
    let wish = try #require(policy.decide(observation(golden.bar(200), isShortable: false)).wish)
    let reading = try #require(wish.reading)
    // The highest logit is close long, illegal when flat: hold.
    #expect(wish.action == .hold && wish.fraction == .zero && wish.note == nil)
    #expect(abs(Double(reading.logits[2]) - golden.rows[0].logits[2]) <= 5e-5)
    #expect(reading.probabilities[1] == 0 && reading.probabilities[2] == 0 && reading.probabilities[3] == 0)
    #expect(abs(reading.probabilities.reduce(0, +) - 1) < 1e-6)
  }

  @Test("On another timeframe it is unavailable, and says so")
  func hourlyOnly() throws {
    var policy = try MLPPolicy(directory: resources)
    let seen = observation(tick(close: 1000))
    for _ in 0..<200 { policy.observe(seen) }
    guard case .failure(.loadFailed, let text) = policy.decide(seen) else {
      Issue.record("it decided")
      return
    }
    #expect(text.contains("hourly"))
  }

  @Test("An impossible bar leads to a failure, never to a number")
  func nonFinite() throws {
    let golden = try GoldenBars.load()
    var policy = try MLPPolicy(directory: resources)
    for index in 0..<180 { policy.observe(observation(golden.bar(index))) }
    var broken = golden.bar(180)
    broken.close = .zero
    policy.observe(observation(broken))
    #expect(policy.decide(observation(broken)).failure == .nonFinite)
  }
}
