import Core

/// Bars at a pace of their own: each is due when it ends.
package struct PacedMarket {
  /// Length of the bars given.
  package let timeframe: Timeframe
  /// What the market is made of, in words.
  package let name: String
  private let source: () throws -> Bar?
  /// Where recorded bars are moved to: the first step opens here. nil: the source's own times hold.
  private let newStart: Timestamp?
  private var waiting: Bar?
  private var recordedOpen: Timestamp?
  private var isAtEnd = false
  /// Steps made so far, those of earlier starts included.
  package private(set) var step: UInt64

  /// A market whose source gives bars with times of their own.
  package init(name: String, timeframe: Timeframe, step: UInt64 = 0, source: @escaping () throws -> Bar?) {
    self.name = name
    self.timeframe = timeframe
    self.step = step
    self.source = source
    newStart = nil
  }

  /// A market of recorded bars, played from `start` on as bars of `timeframe`; all of one recorded moment are one step.
  /// The first `skipping` steps were played before.
  package init(
    name: String, timeframe: Timeframe, playedFrom start: Timestamp, skipping: UInt64,
    source: @escaping () throws -> Bar?
  ) throws {
    self.name = name
    self.timeframe = timeframe
    self.source = source
    step = 0
    newStart = start.adding(milliseconds: -Int64(skipping) * timeframe.milliseconds)
    while step <= skipping, let bar = try take() { if step > skipping { waiting = bar } }
  }

  /// The next bar if it has ended by `now`. Throws what makes the source unusable.
  package mutating func next(at now: Timestamp) throws -> Bar? {
    if waiting == nil { waiting = try take() }
    guard let bar = waiting, bar.closeTime <= now else { return nil }
    waiting = nil
    return bar
  }

  /// When the next bar ends; nil at the end of the recording.
  package mutating func nextClose() throws -> Timestamp? {
    if waiting == nil { waiting = try take() }
    return waiting?.closeTime
  }

  private mutating func take() throws -> Bar? {
    guard !isAtEnd, var bar = try source() else {
      isAtEnd = true
      return nil
    }
    if bar.openTime != recordedOpen { step += 1 }
    recordedOpen = bar.openTime
    if let newStart {
      bar.openTime = newStart.adding(milliseconds: Int64(step - 1) * timeframe.milliseconds)
      bar.timeframe = timeframe
    }
    return bar
  }
}
