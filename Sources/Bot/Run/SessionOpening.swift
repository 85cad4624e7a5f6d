import Control
import Core
import Execution
import Journal

/// The first inputs of a session: the one path of a first start, a restart and the recovery from a crash. Nothing is
/// traded before it is through.
package struct SessionOpening: Sendable {
  /// Payload of the session's record.
  package var record: [UInt8]
  /// The latch that an earlier session left.
  package var latch: StopLatch?
  /// The stop that stands in the control directory.
  package var stop: ControlReading.Stop?
  /// Bars that warm the features, oldest first.
  package var warm: [Bar]
  /// Executions up to this one are settled.
  package var lastTradeID: UInt64
  /// Local clock minus the venue's where it was measured; nil: they are one clock.
  package var clockSkewMillis: Int?
  /// How often the venue's books may be read: one that trades on while it answers may give an account that is a trade
  /// older than its fills, and then all is asked again.
  package var bookReadings: Int

  /// An opening as given.
  package init(
    record: [UInt8], latch: StopLatch?, stop: ControlReading.Stop?, warm: [Bar], lastTradeID: UInt64,
    clockSkewMillis: Int? = nil, bookReadings: Int = 1
  ) {
    self.clockSkewMillis = clockSkewMillis
    self.bookReadings = bookReadings
    self.record = record
    self.latch = latch
    self.stop = stop
    self.warm = warm
    self.lastTradeID = lastTradeID
  }

  /// Works it off. `now` is the moment that everything but the warm-up is judged at.
  ///
  /// - Throws: what the venue throws when its books cannot be read.
  package func perform(on supervisor: Supervisor, venue: any Venue, now: Timestamp) async throws {
    await supervisor.note(.session) { [record] _ in record }
    // The latch of an earlier session goes before everything: what stands in the control directory must find it.
    if let latch { await supervisor.process(.control(.relatch(latch)), at: now) }
    if let stop {
      await supervisor.process(.control(.stop(level: stop.level, source: .file, reason: stop.reason)), at: now)
    }
    for bar in warm { await supervisor.process(.bar(bar, isPreRoll: true), at: bar.closeTime) }
    if let clockSkewMillis { await supervisor.process(.control(.clockSkew(millis: clockSkewMillis)), at: now) }
    for _ in 0..<bookReadings {
      let books = try await VenueState(of: venue, after: lastTradeID)
      await supervisor.process(.venueState(books), at: now)
      if await supervisor.isVenueReady { return }
    }
  }

  /// The latch that holds: that of the file, else that of a stop which the saved state knows and no file: the file could
  /// not be written, or a crash came between. Such a one must be written before anything else, so that a person can
  /// resume it by name; `isNew` says so.
  package static func heldLatch(
    file: StopLatch?, restored: EngineState?, now: Timestamp
  ) -> (latch: StopLatch, isNew: Bool)? {
    if let file { return (file, false) }
    guard let plan = restored?.execution.plan else { return nil }
    let latch = StopLatch(
      id: "L\(plan.sequence)-restored", level: plan.level, source: .file,
      reason: "a stop of an earlier session that left no latch file", at: now)
    return (latch, true)
  }
}
