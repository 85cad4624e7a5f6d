import Core
import Feed
import Foundation

/// Lets bars in by the clock.
actor Feeder {
  private var bars: any BarSource
  /// Inputs that may wait before the feeder does.
  private static let mostWaiting = 256
  private let pace: Pace
  private let time: any TimeSource
  private let maximumBars: Int?
  private let mailbox: Mailbox<Ingress>
  private let valve: FeedValve?

  init(
    source: MarketSource, pace: Pace, time: any TimeSource, maximumBars: Int?, mailbox: Mailbox<Ingress>,
    valve: FeedValve? = nil
  ) {
    self.valve = valve
    bars = source.bars
    self.pace = pace
    self.time = time
    self.maximumBars = maximumBars
    self.mailbox = mailbox
  }

  /// What the reader of the files met so far, and the first rows that it refused.
  var fileReport: (FeedQuality, [RowError])? { (bars as? MergedReplay).map { ($0.quality, $0.rowErrors) } }

  /// Feeds until the bars end.
  func run() async {
    let start = time.monotonicNanoseconds
    var steps: UInt64 = 0
    var lastClose: Timestamp?
    var count = 0
    do {
      while let bar = try bars.next() {
        if bar.closeTime != lastClose { steps += 1 }
        lastClose = bar.closeTime
        try await wait(for: bar, step: steps, since: start)
        while valve?.isShut ?? false { try await Task.sleep(for: .milliseconds(10)) }
        while mailbox.count > Self.mostWaiting { try await Task.sleep(for: .milliseconds(1)) }
        mailbox.send(.bar(bar, isPreRoll: false))
        count += 1
        if let maximumBars, count >= maximumBars {
          mailbox.send(.end("bar_limit"))
          return
        }
      }
      mailbox.send(.end("end_of_data"))
    } catch is CancellationError {
      return
    } catch {
      mailbox.send(.end("error: \(error)"))
    }
  }

  private func wait(for bar: Bar, step: UInt64, since start: UInt64) async throws {
    let nanoseconds: Int64
    switch pace {
    case .unlimited: nanoseconds = 0
    case .wallClock:
      // A clock that is years off must not overflow: a day is long enough to look again.
      nanoseconds = min(bar.closeTime.millisecondsSince(time.now), 86_400_000) * 1_000_000
    case .barsPerSecond(let rate):
      let due = start &+ UInt64(min(Double(step) / rate * 1e9, 9e18))
      nanoseconds = Int64(bitPattern: due &- time.monotonicNanoseconds)
    }
    if nanoseconds > 0 { try await Task.sleep(for: .nanoseconds(nanoseconds)) }
    try Task.checkCancellation()
  }
}
