import Core
import Foundation
import Simulation
import Testing

@Suite struct SchedulerTests {
  /// Says its name whenever it is asked to.
  private actor Speaker {
    private let lane: SimulationLane
    nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }
    private let name: Int

    init(_ lane: SimulationLane, _ name: Int) {
      self.lane = lane
      self.name = name
    }

    func say(_ text: String, to book: Book) { book.lines.append("\(name)\(text)") }
  }

  private final class Book: @unchecked Sendable { var lines: [String] = [] }

  private func conversation(seed: UInt64) -> [String] {
    let scheduler = SimulationScheduler(seed: seed)
    let book = Book()
    let speakers = (0..<4).map { Speaker(scheduler.makeLane(), $0) }
    let isDone = scheduler.finish {
      await withTaskGroup(of: Void.self) { group in
        for speaker in speakers {
          group.addTask { for text in ["a", "b", "c"] { await speaker.say(text, to: book) } }
        }
      }
      return true
    }
    #expect(isDone == true)
    return book.lines
  }

  @Test func theSeedDecidesTheOrder() {
    for seed in 1...20 as ClosedRange<UInt64> {
      let lines = conversation(seed: seed)
      #expect(lines.count == 12 && lines == conversation(seed: seed), "seed \(seed)")
      for speaker in 0..<4 {
        #expect(
          lines.filter { $0.hasPrefix("\(speaker)") } == ["a", "b", "c"].map { "\(speaker)\($0)" }, "seed \(seed)")
      }
    }
    #expect(Set((1...20).map { conversation(seed: $0).joined() }).count > 10)
  }

  @Test func timeJumpsToTheNextTimer() {
    let scheduler = SimulationScheduler(seed: 1)
    let book = Book()
    for (nanoseconds, name) in [(30, "c"), (10, "a"), (20, "b"), (10, "a2"), (30, "c2")] as [(UInt64, String)] {
      scheduler.after(nanoseconds) { book.lines.append("\(name)@\(scheduler.now)") }
    }
    while scheduler.advance() {}
    #expect(book.lines == ["a@10", "a2@10", "b@20", "c@30", "c2@30"])
  }
}
