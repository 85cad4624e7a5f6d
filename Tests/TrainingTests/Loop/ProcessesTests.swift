import Foundation
import HRM
import Synchronization
import Testing
import Training

/// Threads of this process that stand for processes: each puts what it has on the table and takes what others have.
private final class Table: Sendable {
  private struct State {
    var shown: [Int: [Double]] = [:]
    var taken = 0
    var round = 0
  }
  private let state = Mutex(State())
  let count: Int

  init(count: Int) { self.count = count }

  /// What all show, in the order of their numbers.
  func show(_ numbers: [Double], as rank: Int) -> [[Double]] {
    let round = state.withLock { state in
      state.shown[rank] = numbers
      return state.round
    }
    while true {
      let all: [[Double]]? = state.withLock { state in
        guard state.round == round, state.shown.count == count else { return nil }
        return (0..<count).map { state.shown[$0]! }
      }
      if let all {
        state.withLock { state in
          state.taken += 1
          if state.taken == count { state = State(round: round + 1) }
        }
        while state.withLock({ $0.round == round }) { sched_yield() }
        return all
      }
      sched_yield()
    }
  }
}

private struct TableExchange: GradientExchange {
  let table: Table
  let rank: Int
  var count: Int { table.count }

  func sum(_ gradients: UnsafeMutableBufferPointer<Float>) {
    PairwiseSum.add(gradients, rank: rank, count: count) { partner, own, other in
      let theirs = table.show(own.map(Double.init), as: rank)[partner]
      for index in other.indices { other[index] = Float(theirs[index]) }
    }
  }

  func sum(_ numbers: [Double]) -> [Double] {
    PairwiseSum.add(table.show(numbers, as: rank).flatMap { $0 }, count: count)
  }

  func leave() {}
}

/// Several processes that share out the lanes of one run are that run.
@Suite struct ProcessesTests {
  private struct Outcome: Sendable, Equatable {
    var digest: [UInt8]
    var lanes: [Lane]
    var steps: [Double]
  }

  private final class Results<Value: Sendable>: Sendable {
    let all = Mutex<[Int: Result<Value, any Error>]>([:])
  }

  /// What each of several processes has after some steps.
  private static func outcomes<Value: Sendable>(
    count: Int, _ train: @escaping @Sendable (any GradientExchange) throws -> Value
  ) async throws -> [Value] {
    let (table, results) = (Table(count: count), Results<Value>())
    for rank in 0..<count {
      Thread.detachNewThread {
        let exchange: any GradientExchange = count == 1 ? SingleProcess() : TableExchange(table: table, rank: rank)
        let result = Result { try train(exchange) }
        results.all.withLock { $0[rank] = result }
      }
    }
    while results.all.withLock({ $0.count < count }) { try await Task.sleep(for: .milliseconds(5)) }
    return try (0..<count).map { rank in try results.all.withLock { $0[rank]! }.get() }
  }

  private static func train<Work: TrainingTask>(
    _ task: Work, _ settings: TrainerSettings, threads: Int, steps: Int, _ exchange: any GradientExchange
  ) throws -> Outcome {
    let trainer = try Trainer(task: task, settings: settings, threads: threads, exchange: exchange)
    let reports = try (0..<steps).map { _ in try trainer.advance() }
    return Outcome(
      digest: trainer.network.parameters.weightsDigest + trainer.average.weightsDigest, lanes: trainer.lanes,
      steps: reports.flatMap { [$0.gradientNorm, $0.haltedShare, $0.meanSegments] })
  }

  @Test(arguments: [2, 4], [false, true]) func sudoku(count: Int, isVaried: Bool) async throws {
    let task = try LoopFixture.sudoku(isVaried ? .collapsed : .hierarchy)
    let usual = LoopFixture.sudokuSettings(lanes: 64)
    let settings = isVaried ? LoopFixture.varied(usual) : usual
    let one = try await Self.outcomes(count: 1) { try Self.train(task, settings, threads: 2, steps: 6, $0) }[0]
    for threads in [1, 2] {
      let parts = try await Self.outcomes(count: count) {
        try Self.train(task, settings, threads: threads, steps: 6, $0)
      }
      for part in parts { #expect(part.digest == one.digest && part.steps == one.steps, "\(threads) threads") }
      #expect(parts.flatMap(\.lanes) == one.lanes)
    }
  }

  /// Three rows to each bar: the number of chunks is no power of two, but its halves are alike.
  @Test(arguments: [2, 4], [false, true]) func trading(count: Int, isVaried: Bool) async throws {
    let task = try LoopFixture.trading(windowBars: 16)
    let usual = LoopFixture.tradingSettings(lanes: 8)
    let settings = isVaried ? LoopFixture.varied(usual) : usual
    let one = try await Self.outcomes(count: 1) { try Self.train(task, settings, threads: 2, steps: 10, $0) }[0]
    let parts = try await Self.outcomes(count: count) { try Self.train(task, settings, threads: 1, steps: 10, $0) }
    for part in parts { #expect(part.digest == one.digest && part.steps == one.steps) }
    #expect(parts.flatMap(\.lanes) == one.lanes)
  }

  /// Each process makes every n-th run of a search; all know all outcomes, but not of what nobody made.
  @Test(arguments: [1, 2, 4]) func search(count: Int) async throws {
    let sweep = try Sweep(grid: ["oracle=0,0.1", "steps=1,2,3"], seeds: [4, 5], folds: 2)
    let runs = sweep.runs(folds: 2)
    #expect(
      runs.map(\.number) == Array(0..<24) && Set(runs.map { "\($0.seed) \($0.fold) \($0.choice.text)" }).count == 24)
    let made: @Sendable (Sweep.Run) -> Sweep.Outcome = { run in
      let number = Double(run.number)
      return Sweep.Outcome(
        choice: run.choice.text, seed: run.seed, fold: run.fold, validationBp: number - 7.3,
        testBp: run.number % 3 == 0 ? nil : number / 3, exposure: number / 24)
    }
    let gathered = try await Self.outcomes(count: count) { exchange in
      var own: [Int: Sweep.Outcome] = [:]
      for run in runs where run.number % count == exchange.rank && run.number < 20 { own[run.number] = made(run) }
      return sweep.gathered(own, of: runs, through: exchange)
    }
    for part in gathered { #expect(part == runs.prefix(20).map(made)) }
  }

  /// A whole run with its directory, by the two processes or the one that exchange.
  private static func run(
    _ exchange: any GradientExchange, path: String, steps: Int = 24, until step: Int? = nil, resumes: Bool = false,
    peak: Double = 1e-3, patience: Int = 0
  ) throws -> Outcome {
    var settings = LoopFixture.sudokuSettings(lanes: 32, steps: steps)
    settings.schedule.peak = peak
    var plan = LoopFixture.plan()
    (plan.validateEvery, plan.checkpointEvery, plan.patience) = (4, 8, patience)
    let trainer = try Trainer(task: try LoopFixture.sudoku(), settings: settings, threads: 1, exchange: exchange)
    let run = try TrainingRun(
      trainer, plan: plan, identity: LoopFixture.identity(settings: settings), path: path, resumes: resumes,
      threads: 1, seconds: { 0 })
    let first = trainer.step
    let ending = try run.run(shouldStop: { exchange.rank == 0 && trainer.step == step })
    return Outcome(
      digest: trainer.network.parameters.weightsDigest, lanes: [],
      steps: [Double(first), Double(trainer.step), ending == .stoppedEarly ? 1 : 0])
  }

  @Test func aRunGoesOnFromTheLatestStepThatAllHave() async throws {
    let place = try RunPlace()
    let (whole, parts) = (place.path("whole"), place.path("parts"))
    let one = try Self.run(SingleProcess(), path: whole)
    let before = try await Self.outcomes(count: 2) { try Self.run($0, path: parts, until: 16) }
    #expect(before.allSatisfy { $0.steps == [0, 16, 0] }, "the first one's wish is everybody's")
    // Cut off before the second had its checkpoint.
    try FileManager.default.removeItem(
      atPath: "\(parts)/checkpoints/step-000000016.rank-1-of-2.safetensors.sha256")
    let after = try await Self.outcomes(count: 2) { try Self.run($0, path: parts, resumes: true) }
    for outcome in after { #expect(outcome.steps == [8, 24, 0] && outcome.digest == one.digest) }
    let names = try FileManager.default.contentsOfDirectory(atPath: parts + "/checkpoints").filter {
      $0.hasPrefix("step-") && $0.hasSuffix(".safetensors")
    }
    #expect(
      names.sorted() == [16, 24].flatMap { step in (0...1).map { "step-0000000\(step).rank-\($0)-of-2.safetensors" } })
    // One process has no lanes of another's checkpoint, and does not write over it.
    for resumes in [true, false] {
      #expect(throws: TrainingError.self) { try Self.run(SingleProcess(), path: parts, resumes: resumes) }
    }
  }

  @Test func allStopEarlyTogether() async throws {
    let place = try RunPlace()
    let path = place.path("run")
    let outcomes = try await Self.outcomes(count: 2) { try Self.run($0, path: path, peak: 0, patience: 3) }
    for outcome in outcomes { #expect(outcome.steps == [0, 16, 1]) }
  }

  @Test func whatCannotBeSharedOutIsRefused() throws {
    let sudoku = try LoopFixture.sudoku()
    for (lanes, count) in [(16, 2), (32, 4), (24, 2), (33, 2), (96, 3), (48, 2)] {
      let error = #expect(throws: TrainingError.self, "\(lanes) lanes, \(count) processes") {
        try Trainer(
          task: sudoku, settings: LoopFixture.sudokuSettings(lanes: lanes),
          exchange: TableExchange(table: Table(count: count), rank: 0))
      }
      #expect(error?.description.contains("lanes \(lanes)") == true)
    }
    for (lanes, count) in [(32, 2), (64, 4), (96, 2)] {
      let trainer = try Trainer(
        task: sudoku, settings: LoopFixture.sudokuSettings(lanes: lanes),
        exchange: TableExchange(table: Table(count: count), rank: 0))
      #expect(trainer.lanes.count == lanes / count)
    }
  }

  @Test func pairsAreAddedNeighboursFirst() async throws {
    let large: Float = 0x1p24
    let terms: [Float] = [1, 1, large, -large]
    let table = Table(count: 4)
    let sums = Mutex<[Int: [Float]]>([:])
    for rank in 0..<4 {
      Thread.detachNewThread {
        var numbers = [terms[rank], Float(rank)]
        numbers.withUnsafeMutableBufferPointer { TableExchange(table: table, rank: rank).sum($0) }
        let sum = numbers
        sums.withLock { $0[rank] = sum }
      }
    }
    while sums.withLock({ $0.count < 4 }) { try await Task.sleep(for: .milliseconds(5)) }
    for rank in 0..<4 { #expect(sums.withLock { $0[rank] } == [(1 + 1) + (large - large), 6]) }
    #expect(PairwiseSum.add([1, 10, 2, 20, 3, 30], count: 3) == [6, 60])
  }
}
