import Control
import Core
import Exchange
import Execution
import Feed

/// What a served exchange gives a run to begin with.
struct ServedMarket {
  var venue: ServedVenue
  var source: MarketSource
  /// The newest bars, to warm the features.
  var warm: [Bar]
  /// The instruments with their rules, for the session record.
  var rules: [UInt8]
  /// What the exchange can do besides.
  var capabilities: VenueCapabilities

  /// Bars come as news, not from a source.
  private struct NoBars: BarSource {
    func next() -> Bar? { nil }
  }

  /// Attempts to open before a start counts as failed.
  private static let attempts = 3

  /// Connects, and learns what is traded. Throws `StartError` when the exchange cannot be reached.
  static func open(
    _ address: VenueAddress, time: any TimeSource, seed: UInt64, preRollBars: Int, gate: StopGate,
    relay: VenueRelay
  ) async throws -> ServedMarket {
    var failure = ""
    let venue = ServedVenue(
      address: address, client: "bot", executor: ServedExecutor(name: "venue"), time: time,
      random: CounterRandom(seed: seed &+ time.monotonicNanoseconds, purpose: .reconnectJitter),
      isStopped: { gate.level.map { $0 >= .stop } ?? false }
    ) { relay.take($0) }
    for _ in 0..<attempts {
      do { return try await learn(venue, preRollBars, relay) } catch { failure = "\(error)" }
    }
    await venue.close()
    throw StartError(
      "the exchange at \(address) cannot be used (\(failure)); start it with `hrmbot exchange serve`, or correct --venue",
      exitCode: 75)
  }

  private static func learn(_ venue: ServedVenue, _ preRollBars: Int, _ relay: VenueRelay) async throws -> ServedMarket
  {
    try await venue.open()
    let market = try await venue.market()
    let capabilities = try await venue.capabilities()
    var warm: [Bar] = []
    for instrument in market.instruments {
      warm += try await venue.history(of: instrument.id, count: preRollBars)
    }
    warm.sort { ($0.closeTime, $0.instrument) < ($1.closeTime, $1.instrument) }
    let closes = market.instruments.map { instrument in
      warm.last { $0.instrument == instrument.id }?.closeTime ?? .earliest
    }
    // The session has asked for the clock by itself, before this: when this is answered, that was too.
    _ = try await venue.serverTime()
    guard relay.skewMillis != nil else { throw VenueError(cause: "its clock could not be read") }
    // Before the books are asked for: what happens from now on comes as news, so nothing falls in between.
    try await venue.subscribe(after: closes)
    return ServedMarket(
      venue: venue,
      source: MarketSource(
        instruments: InstrumentTable(market.instruments), timeframe: market.timeframe, bars: NoBars(),
        names: ["served: \(market.name)"]),
      warm: warm, rules: WireInstruments.object(market.instruments), capabilities: capabilities)
  }
}
