import Foundation
import HRM
import Testing

@Suite("Training steps")
struct TrainingStepTests {
  static let variants: [(name: String, architecture: HRMArchitecture)] = [
    (
      "bars with bridges, reset",
      TrainingFixture.architecture {
        $0.dH = 40
        $0.headsH = 5
        $0.nCycles = 2
        $0.tSteps = 2
      }
    ),
    (
      "tokens with prefix and learned positions",
      TrainingFixture.architecture {
        TrainingFixture.tokens(&$0, puzzleDim: 30)
        $0.pos = .learned
        $0.tSteps = 2
      }
    ),
  ]

  @Test("give the same bits with 1, 2 and 3 threads", arguments: variants.map(\.name), [5, 37, 64])
  func threads(name: String, lanes: Int) throws {
    let a = try #require(Self.variants.first { $0.name == name }).architecture
    let exploration = Exploration(probability: 0.3, seed: 4)
    var results: [[String: Tensor]] = []
    for threads in 1...3 {
      let trainer = try TrainingFixture.trainer(a, lanes: lanes, threads: threads)
      trainer.optimiser.largestNorm = 0.5
      for step in 0..<4 {
        let minimum = (0..<lanes).map {
          exploration.minimumSegments(step: step, lane: $0, maxSegments: a.maxSegments)
        }
        let report = try trainer.step(
          TrainingBenchmark.samples(a, count: lanes, seed: UInt64(step)), minimumSegments: minimum)
        #expect(report.outputs.isFinite && report.loss.mean.isFinite)
      }
      results.append(trainer.network.parameters.tensors())
    }
    #expect(results[1] == results[0] && results[2] == results[0])
    let first = try TrainingFixture.parameters(a).tensors()
    #expect(results[0]["H.blocks.0.w_qkv"] != first["H.blocks.0.w_qkv"])
    #expect(results[0]["z_h0"] == first["z_h0"])
  }

  @Test("a running lane keeps its sample, its states and its targets whatever is offered")
  func carry() throws {
    let a = TrainingFixture.architecture()
    let lanes = 4
    let none = [Int](repeating: 0, count: lanes)
    var reports: [SupervisedTrainer.Report] = []
    for seed in [UInt64(1), 2] {
      let trainer = try TrainingFixture.trainer(a, lanes: lanes, threads: 1)
      // Nobody wants to stop, so that lanes halt at the fourth segment alone.
      var tensors = trainer.network.parameters.tensors()
      tensors["w_q"] = Tensor(shape: [2, a.dH])
      tensors["b_q"] = Tensor(shape: [2], values: [-5, 5])
      try trainer.network.parameters.fill(.weights, from: tensors)
      trainer.network.weightsChanged()
      var last = try trainer.supervise(TrainingBenchmark.samples(a, count: lanes, seed: 1), minimumSegments: none)
      for step in 1..<4 {
        #expect(last.steps == [step, step, step, step] && last.halted == [false, false, false, false])
        let before = trainer.network.slowStates
        try trainer.offer(TrainingBenchmark.samples(a, count: lanes, seed: seed &+ UInt64(step)))
        #expect(trainer.network.slowStates == before)
        last = try trainer.supervise(
          TrainingBenchmark.samples(a, count: lanes, seed: seed &+ UInt64(step)), minimumSegments: none)
      }
      #expect(last.halted == [true, true, true, true])
      reports.append(last)
      // A halted lane does take what is offered, and starts anew.
      let next = try trainer.supervise(
        TrainingBenchmark.samples(a, count: lanes, seed: seed), minimumSegments: none)
      #expect(next.steps == [1, 1, 1, 1])
      reports.append(next)
    }
    #expect(reports[0] == reports[2])
    #expect(reports[1].outputs != reports[3].outputs)
  }

  @Test("looking ahead changes nothing and is what the next segment says")
  func lookAhead() throws {
    for (name, a) in Self.variants {
      let lanes = 19
      let inputs = TrainingBenchmark.samples(a, count: lanes, seed: 6).inputs
      let network = TrainingNetwork(parameters: try TrainingFixture.parameters(a), lanes: lanes, threads: 2)
      for lane in 0..<lanes { network.take(inputs, sequence: lane, lane: lane) }
      _ = network.forward()
      let states = (network.slowStates, network.fastStates)
      let ahead = network.lookAhead()
      #expect(network.slowStates == states.0 && network.fastStates == states.1, "\(name)")
      let next = network.forward()
      #expect(ahead.qHalt == next.qHalt && ahead.qContinue == next.qContinue, "\(name)")
    }
  }

  @Test("states set from a checkpoint go on as if never interrupted")
  func resume() throws {
    let a = Self.variants[0].architecture
    let inputs = TrainingBenchmark.samples(a, count: 3, seed: 6).inputs
    let networks = try (0..<2).map { _ in
      TrainingNetwork(parameters: try TrainingFixture.parameters(a), lanes: 3, threads: 1)
    }
    for network in networks { for lane in 0..<3 { network.take(inputs, sequence: lane, lane: lane) } }
    _ = networks[0].forward()
    networks[1].slowStates = networks[0].slowStates
    networks[1].fastStates = networks[0].fastStates
    #expect(networks[1].forward() == networks[0].forward())
  }

  @Test("halting: at M, when wished, never before the least number of segments, always with M = 1")
  func halting() {
    let rule = HaltingRule(maxSegments: 4)
    #expect(rule.isHalted(steps: 4, qHalt: -1, qContinue: 1, minimum: 0))
    #expect(!rule.isHalted(steps: 3, qHalt: -1, qContinue: 1, minimum: 0))
    #expect(rule.isHalted(steps: 1, qHalt: 1, qContinue: -1, minimum: 0))
    #expect(!rule.isHalted(steps: 1, qHalt: 0, qContinue: 0, minimum: 0))
    #expect(!rule.isHalted(steps: 1, qHalt: 1, qContinue: -1, minimum: 2))
    #expect(rule.isHalted(steps: 2, qHalt: 1, qContinue: -1, minimum: 2))
    #expect(rule.isHalted(steps: 4, qHalt: 1, qContinue: -1, minimum: 4))
    #expect(HaltingRule(maxSegments: 1).isHalted(steps: 1, qHalt: -9, qContinue: 9, minimum: 0))
    #expect(rule.continueTarget(steps: 4, nextHalt: 0, nextContinue: 5) == 0.5)
    #expect(rule.continueTarget(steps: 3, nextHalt: 0, nextContinue: 5) == ScalarLoss.sigmoid(5))
    #expect(rule.continueTarget(steps: 3, nextHalt: 7, nextContinue: 5) == ScalarLoss.sigmoid(7))
  }

  @Test("exploration draws every number of segments equally often, the same ones again, and none for M = 1")
  func exploration() {
    let exploration = Exploration(seed: 12)
    var counts = [Int](repeating: 0, count: 6)
    let draws = 200_000
    for draw in 0..<draws {
      counts[exploration.minimumSegments(step: draw / 50, lane: draw % 50, maxSegments: 5)] += 1
    }
    #expect(counts[1] == 0)
    // Five standard deviations of a count.
    func isNear(_ count: Int, _ probability: Double) -> Bool {
      let expected = Double(draws) * probability
      return abs(Double(count) - expected) < 5 * (expected * (1 - probability)).squareRoot()
    }
    #expect(isNear(counts[0], 0.9), "\(counts)")
    for minimum in 2...5 { #expect(isNear(counts[minimum], 0.1 / 4), "\(counts)") }
    let again = Exploration(seed: 12)
    let other = Exploration(seed: 13)
    let lanes = 0..<2000
    func draw(_ exploration: Exploration) -> [Int] {
      lanes.map { exploration.minimumSegments(step: 3, lane: $0, maxSegments: 5) }
    }
    #expect(draw(again) == draw(exploration) && draw(other) != draw(exploration))
    #expect(lanes.allSatisfy { exploration.minimumSegments(step: 3, lane: $0, maxSegments: 1) == 0 })
  }

  @Test("a batch that does not fit is refused by name")
  func refusals() throws {
    let a = TrainingFixture.architecture()
    let trainer = try TrainingFixture.trainer(a, lanes: 2, threads: 1)
    let good = TrainingBenchmark.samples(a, count: 2, seed: 1)
    var bars = good
    bars.inputs.bars[5] = .nan
    expectRefusal("bars", "5", "nan", of: "a bar that is no number") { try trainer.offer(bars) }
    var label = good
    label.targets.labels[1] = a.nActions
    expectRefusal("labels", "\(a.nActions)", of: "an action too many") { try trainer.offer(label) }
    var value = good
    value.targets.values[0] = .infinity
    expectRefusal("values", "inf", of: "an infinite value") { try trainer.offer(value) }
    expectRefusal("count", "3", of: "another number of lanes") {
      try trainer.offer(TrainingBenchmark.samples(a, count: 3, seed: 1))
    }
    let tokens = TrainingFixture.architecture { TrainingFixture.tokens(&$0, puzzleDim: 24) }
    let reader = try TrainingFixture.trainer(tokens, lanes: 2, threads: 1)
    var token = TrainingBenchmark.samples(tokens, count: 2, seed: 1)
    token.inputs.tokens[3] = tokens.vocab
    expectRefusal("tokens", "3", of: "a token too many") { try reader.offer(token) }
    var puzzle = TrainingBenchmark.samples(tokens, count: 2, seed: 1)
    puzzle.inputs.puzzles[0] = -1
    expectRefusal("puzzles", "-1", of: "a negative row") { try reader.offer(puzzle) }
  }
}
