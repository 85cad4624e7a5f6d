import Core
import Exchange

/// A served exchange as a venue: one session over a socket, made again when it is lost.
///
/// A request without a trusted answer is `.unknown`. Reports and bars come as news, each once. After a loss the order is
/// always the same: hello, subscription from the last bar on, `.connected`; whoever listens then compares the books.
public actor ServedVenue: Venue {
  private let executor: ServedExecutor
  /// Runs on the executor given at construction.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  enum Phase: Equatable {
    case idle
    case connecting(until: UInt64)
    case greeting(until: UInt64)
    case ready(since: UInt64)
    case waiting(until: UInt64)
    case closed
  }

  /// Where the exchange is.
  public nonisolated let address: VenueAddress
  let clientName: String
  let account: String
  let time: any TimeSource
  let limits: ServedLimits
  /// Whether a stop holds that ends every order: then a session begins with that request, before anything else.
  let isStopped: @Sendable () -> Bool
  /// Takes news; false: it cannot, and the session ends so that nothing is left out.
  let deliver: @Sendable (ServedNews) -> Bool

  var phase = Phase.idle
  var schedule: ReconnectSchedule
  var file: Int32 = -1
  var input = LineBuffer(limit: WireLimits.messageBytes)
  var output: [UInt8] = []
  var sent = 0
  var codec = WireCodec()
  var pending = PendingRequests()
  var reports = ReportSequence(after: 0)
  var epoch: UInt64 = 0
  var nextProbe: UInt64 = 0
  /// What the first session found; a later one must find the same.
  var instruments: [Instrument] = []
  /// The exchange's welcome to the session that stands or stood last.
  var welcome: WireWelcome?
  /// End of the newest bar by instrument index; empty: not subscribed.
  var lastCloses: [Timestamp] = []
  /// Those who wait for the first session.
  var opening: [CheckedContinuation<String?, Never>] = []
  /// What happened so far.
  public internal(set) var counters = ServedCounters()

  /// A venue at `address`. `client` names the session: a new one of the same name ends the old one for good. `isStopped`
  /// is asked at the beginning of every session: while it says yes, the first request is to end every order.
  public init(
    address: VenueAddress, client: String, account: String = "main", executor: ServedExecutor, time: any TimeSource,
    random: CounterRandom, limits: ServedLimits = ServedLimits(), isStopped: @escaping @Sendable () -> Bool = { false },
    deliver: @escaping @Sendable (ServedNews) -> Bool
  ) {
    self.address = address
    self.clientName = client
    self.account = account
    self.executor = executor
    self.time = time
    self.limits = limits
    self.isStopped = isStopped
    self.deliver = deliver
    schedule = ReconnectSchedule(random: random)
  }

  /// Whether a session stands.
  public var isConnected: Bool { if case .ready = phase { true } else { false } }

  /// Connects and stays connected from now on. Throws `VenueError` when the first attempt fails; the next ones go on
  /// all the same.
  public func open() async throws {
    if phase == .idle {
      executor.drive { [weak self] in
        self?.assumeIsolated { $0.wish } ?? ServedExecutor.Wish()
      } turn: { [weak self] canRead, canWrite in
        self?.assumeIsolated { $0.turn(canRead: canRead, canWrite: canWrite) }
      }
      connect()
    }
    if isConnected { return }
    let failure = await withCheckedContinuation { opening.append($0) }
    if let failure { throw VenueError(cause: failure) }
  }

  /// Ends the session for good, and the executor's thread.
  public func close() {
    guard phase != .closed else { return }
    lose("closed", phase: .closed)
    executor.stop()
  }

  /// The instruments and the length of the bars; asked for before anything that names an instrument. Throws `VenueError`.
  public func market() async throws -> (instruments: [Instrument], timeframe: Timeframe, name: String) {
    guard case .instruments(let found) = try await ask(.instruments), let welcome else {
      throw VenueError(cause: "an answer of another kind")
    }
    instruments = found
    codec = WireCodec(symbols: found.map(\.symbol))
    return (found, welcome.timeframe, welcome.market)
  }

  /// The newest bars of an instrument, oldest first, at most as many as one answer holds. Throws `VenueError`.
  public func history(of instrument: InstrumentID, count: Int) async throws -> [Bar] {
    let count = min(max(1, count), WireLimits.barsInAnswer)
    guard case .bars(let bars) = try await ask(.history(instrument, count: count)) else {
      throw VenueError(cause: "an answer of another kind")
    }
    return bars
  }

  /// From now on bars come as news, from the ones after `closes` (by instrument index) on, over all sessions. Throws
  /// `VenueError`.
  public func subscribe(after closes: [Timestamp]) async throws {
    lastCloses = closes
    guard case .subscribed = try await ask(.subscribe(after: closes.min() ?? .earliest)) else {
      throw VenueError(cause: "an answer of another kind")
    }
  }

  /// The exchange's clock, as it was when it answered. Throws `VenueError`.
  public func serverTime() async throws -> Timestamp {
    guard case .time(let moment) = try await ask(.time) else { throw VenueError(cause: "an answer of another kind") }
    return moment
  }

  /// Has the exchange end every order unless this is asked again within so many milliseconds; 0: no more. Throws
  /// `VenueError`.
  public func cancelAllAfter(millis: Int64) async throws {
    guard case .armed = try await ask(.cancelAllAfter(millis: millis)) else {
      throw VenueError(cause: "an answer of another kind")
    }
  }
}
