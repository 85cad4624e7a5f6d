import ArgumentParser
import Bot

/// `hrmbot bench stop`.
struct BenchStopCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "Rename of STOP → last order handed over, with orders flowing as fast as they can.",
    discussion: """
      The real watcher, gate, engine, loop and gateway over a paper exchange without a ledger. With --open-orders it
      measures a stop's cancels instead: rename of STOP → first cancel, and → last order ended.

      EXAMPLES
        hrmbot bench stop --tries 1000
        hrmbot bench stop --tries 1000 --no-inotify --json
        hrmbot bench stop --tries 5 --open-orders 200 --round-trip-ms 50
      """)
  @Option(help: "Stops.") var tries = 1000
  @Flag(inversion: .prefixedNo, help: "Notifications of the file system; without them the watcher only looks.")
  var inotify = true
  @Option(help: "Interval of the watcher's looks, in milliseconds.") var pollMs = 50
  @Option(help: "Open orders that the stop must end; 0: measure the last order instead.") var openOrders = 0
  @Option(help: "Round trip to the venue, in milliseconds, for --open-orders.") var roundTripMs = 50
  @Flag(help: "One JSON object.") var json = false

  func validate() throws {
    guard (1...100_000).contains(tries) else { throw ValidationError("--tries \(tries): from 1 to 100000") }
    guard (1...100).contains(pollMs) else { throw ValidationError("--poll-ms \(pollMs): from 1 to 100") }
    guard (0...250).contains(openOrders) else { throw ValidationError("--open-orders \(openOrders): from 0 to 250") }
    guard (0...5000).contains(roundTripMs) else {
      throw ValidationError("--round-trip-ms \(roundTripMs): from 0 to 5000")
    }
  }

  func run() async throws {
    if openOrders > 0 {
      let result = try await CancelBenchmark.run(
        tries: tries, openOrders: openOrders, roundTripMillis: roundTripMs, usesNotifications: inotify,
        pollMillis: pollMs)
      return print(json ? result.json().text : result.text)
    }
    var plan = StopBenchmark.Plan()
    plan.tries = tries
    plan.usesNotifications = inotify
    plan.pollMillis = pollMs
    let result = try await StopBenchmark.run(plan)
    print(json ? result.json().text : result.text)
  }
}
