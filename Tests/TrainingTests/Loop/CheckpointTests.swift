import Foundation
import HRM
import Testing
import Training

/// What a run goes on from, and what it refuses.
@Suite struct CheckpointTests {
  private static func run(_ place: RunPlace) throws -> RunOf<SudokuTask> {
    var run = RunOf(
      task: try LoopFixture.sudoku(), settings: LoopFixture.sudokuSettings(lanes: 2, steps: 12),
      path: place.path("run"))
    (run.plan.validateEvery, run.plan.checkpointEvery) = (0, 4)
    return run
  }

  private static func error(_ run: RunOf<SudokuTask>, resumes: Bool = true) -> String? {
    do {
      _ = try run.begin(resumes: resumes)
      return nil
    } catch { return "\(error)" }
  }

  @Test func oneFlippedByteIsSeen() throws {
    let place = try RunPlace()
    let run = try Self.run(place)
    try run.go(until: 4)
    let path = place.checkpoint("run", step: 4)
    let whole = try RunPlace.bytes(path)
    // In the state, in the names, in the tensors, in the last byte.
    for index in [9, 4000, whole.count / 2, whole.count - 1] {
      var damaged = whole
      damaged[index] ^= 1
      try damaged.write(to: URL(filePath: path))
      let text = try #require(Self.error(run), "byte \(index)")
      #expect(text.contains(path) && text.contains("SHA-256"), "\(text)")
    }
    try whole.dropLast().write(to: URL(filePath: path))
    #expect(Self.error(run)?.contains(path) == true)
    try whole.write(to: URL(filePath: path))
    #expect(Self.error(run) == nil)
  }

  @Test func aHashOfAnotherFileIsSeen() throws {
    let place = try RunPlace()
    let run = try Self.run(place)
    try run.go(until: 8)
    let path = place.checkpoint("run", step: 8)
    try RunPlace.bytes(place.checkpoint("run", step: 4) + ".sha256").write(to: URL(filePath: path + ".sha256"))
    #expect(Self.error(run)?.contains(path) == true)
    try Data().write(to: URL(filePath: path + ".sha256"))
    #expect(Self.error(run)?.contains(path) == true)
  }

  @Test func withoutAHashTheOneBeforeCounts() throws {
    let place = try RunPlace()
    let run = try Self.run(place)
    try run.go()
    let path = place.checkpoint("run", step: 12)
    let bytes = try RunPlace.bytes(path)
    #expect(!FileManager.default.fileExists(atPath: place.checkpoint("run", step: 4)), "two are kept")
    try FileManager.default.removeItem(atPath: path + ".sha256")
    let resumed = try run.begin(resumes: true)
    #expect(resumed.trainer.step == 8)
    _ = try resumed.run()
    #expect(try RunPlace.bytes(path) == bytes)
    for step in [8, 12] {
      try FileManager.default.removeItem(atPath: place.checkpoint("run", step: step) + ".sha256")
    }
    #expect(Self.error(run)?.contains("no complete checkpoint") == true)
  }

  @Test func anotherRunIsRefused() throws {
    let place = try RunPlace()
    let run = try Self.run(place)
    try run.go(until: 4)
    let path = place.checkpoint("run", step: 4)
    var other = run
    other.settings.seed = 6
    #expect(Self.error(other) == "\(path): settings: it has seed 5, 2 lanes, this run seed 6, 2 lanes")
    other = run
    other.data = "other"
    #expect(Self.error(other) == "\(path): data: it has data, this run other")
    other = run
    other.plan.validateEvery = 7
    let text = try #require(Self.error(other))
    #expect(text.hasPrefix("\(path): plan: ") && text.contains("validation every 0") && text.contains("every 7"))
    #expect(Self.error(run, resumes: false)?.contains("--resume") == true)
    #expect(Self.error(run) == nil)
  }

  @Test func logsAreCutWhereTheRunGoesOn() throws {
    let place = try RunPlace()
    var run = try Self.run(place)
    run.plan.logEvery = 1
    try run.go()
    let names = ["log.jsonl", "scalars.csv"].map { place.path("run/\($0)") }
    let whole = try names.map(RunPlace.text)
    try FileManager.default.removeItem(atPath: place.checkpoint("run", step: 12) + ".sha256")
    // As a line that the end of a process cut short.
    for name in names {
      let file = try #require(FileHandle(forWritingAtPath: name))
      try file.seekToEnd()
      try file.write(contentsOf: Data("{\"step\":1".utf8))
      try file.close()
    }
    try run.go(resumes: true)
    #expect(try names.map(RunPlace.text) == whole)
  }
}
