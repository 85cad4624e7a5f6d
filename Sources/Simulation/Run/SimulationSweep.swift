import Foundation

/// Many seeds, each on a thread of its own choosing among a few.
public struct SimulationSweep: Sendable {
  /// Lives through all plans on `threads` threads. `progress` gets every outcome in the order of the plans; it is called
  /// on the calling thread. Ends early after the first violation unless `goesOn`, and when `shouldStop`.
  ///
  /// - Throws: what a plan throws.
  public static func run(
    _ plans: [SimulationPlan], threads: Int, goesOn: Bool, shouldStop: () -> Bool = { false },
    progress: (SimulationOutcome) throws -> Void
  ) throws {
    let shared = Shared()
    for _ in 0..<max(1, min(threads, plans.count)) {
      let thread = Thread { shared.work(plans) }
      thread.stackSize = 16 << 20
      thread.start()
    }
    defer { shared.stop() }
    for index in plans.indices {
      let outcome = try shared.outcome(index).get()
      try progress(outcome)
      if shouldStop() || outcome.violation != nil && !goesOn { return }
    }
  }

  /// What the threads share. Condition and state belong together.
  private final class Shared: @unchecked Sendable {
    private let condition = NSCondition()
    private var next = 0
    private var isStopped = false
    private var outcomes: [Int: Result<SimulationOutcome, any Error>] = [:]

    func work(_ plans: [SimulationPlan]) {
      while let index = take(plans.count) {
        let outcome = Result { try plans[index].run() }
        condition.withLock {
          outcomes[index] = outcome
          condition.broadcast()
        }
      }
    }

    private func take(_ count: Int) -> Int? {
      condition.withLock {
        guard next < count, !isStopped else { return nil }
        defer { next += 1 }
        return next
      }
    }

    func outcome(_ index: Int) -> Result<SimulationOutcome, any Error> {
      condition.withLock {
        while true {
          if let outcome = outcomes.removeValue(forKey: index) { return outcome }
          condition.wait()
        }
      }
    }

    func stop() { condition.withLock { isStopped = true } }
  }
}
