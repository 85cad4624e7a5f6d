import Core
import Glibc
import Synchronization

/// How a served exchange behaves.
package struct ServeOptions: Sendable {
  /// How long each answer and each push takes, in milliseconds.
  package var latencyMillis: Int
  /// Faults to play; nil: none.
  package var faults: ServeFaults?
  /// Bars kept of each instrument.
  package var tapeCapacity: Int

  /// Bytes that may wait to be read by a client; a slower one is disconnected.
  package var outputBytes: Int

  package init(
    latencyMillis: Int = 0, faults: ServeFaults? = nil, tapeCapacity: Int = 2000, outputBytes: Int = 16 << 20
  ) {
    self.outputBytes = outputBytes
    self.latencyMillis = latencyMillis
    self.faults = faults
    self.tapeCapacity = tapeCapacity
  }
}

/// What a served exchange counted.
package struct ServeCounters: Sendable, Equatable {
  package var sessions = 0, requests = 0, badLines = 0, rateRefusals = 0, busyRefusals = 0
  /// Sessions ended because the client did not read.
  package var slowReaders = 0
  /// Sessions replaced by a new one of the same client.
  package var replacedSessions = 0
  /// Clients turned away because too many were there.
  package var turnedAway = 0
  package var bars = 0
}

/// The paper exchange as a process: one thread that polls its sockets, brings bars to the market when they are due, and
/// answers. Everything happens in one order, so an answer about an order is true for all that was asked before.
package final class ExchangeServer {
  /// Sessions at once.
  package static let sessionLimit = 16

  let desk: ExchangeDesk
  let codec: WireCodec
  var tape: MarketTape
  var market: PacedMarket
  let tapeFile: TapeFile
  var options: ServeOptions
  var sessions: [ServedSession] = []
  /// What happened so far.
  package internal(set) var counters = ServeCounters()
  private let listener: Int32
  private let wake = WakePipe()
  private let time: any TimeSource
  private let startWall: Timestamp
  private let startNanoseconds: UInt64
  private let isStopped = Atomic(false)
  /// Tells a person what happens.
  let log: (String) -> Void

  /// A server of a market and an account, listening on `listener`. `tape` holds the bars of earlier starts.
  package init(
    listener: Int32, desk: ExchangeDesk, market: PacedMarket, tape: MarketTape, tapeFile: TapeFile,
    options: ServeOptions, time: any TimeSource, log: @escaping (String) -> Void
  ) {
    self.listener = listener
    self.desk = desk
    self.market = market
    self.tape = tape
    self.tapeFile = tapeFile
    self.options = options
    self.time = time
    self.log = log
    codec = WireCodec(symbols: desk.instruments.instruments.map(\.symbol))
    startWall = time.now
    startNanoseconds = time.monotonicNanoseconds
    // The account must see the last bars again: it may have died between tape and ledger.
    for instrument in desk.instruments.instruments {
      if let bar = tape.last(of: instrument.id) { desk.advance(bar) }
    }
  }

  /// The exchange's clock: the wall clock of its start, carried on by the clock that never jumps.
  package var now: Timestamp {
    startWall.adding(milliseconds: Int64((nanoseconds &- startNanoseconds) / 1_000_000))
  }
  var nanoseconds: UInt64 { time.monotonicNanoseconds }
  /// Differs with each start.
  var startID: UInt64 { UInt64(bitPattern: startWall.milliseconds) }

  /// Ends `run` soon. Can be called from any thread.
  package func requestStop() {
    isStopped.store(true, ordering: .sequentiallyConsistent)
    wake.wake()
  }

  /// Serves until it is asked to stop. Throws what the market's source or, at the end, the ledger throws.
  package func run() throws {
    defer {
      sessions.forEach { $0.end() }
      close(listener)
    }
    while !isStopped.load(ordering: .sequentiallyConsistent) {
      try advanceMarket()
      desk.tick(at: nanoseconds)
      publishReports()
      flushAll()
      try turn()
    }
    try desk.close()
  }

  /// Brings every bar that is due to the market: first what it fills, then the bar.
  package func advanceMarket() throws {
    // A stopped process has a backlog when it goes on; sessions get their turn between.
    for _ in 0..<256 {
      guard let bar = try market.next(at: now) else { return }
      guard tape.append(bar) else { continue }
      counters.bars += 1
      tapeFile.append(bar, step: market.step, tape: tape)
      desk.advance(bar)
      publishReports()
      let line = codec.encode(.bar(bar))
      for session in sessions where session.isSubscribed { send(line, to: session, isAnswer: false) }
    }
  }

  private func turn() throws {
    var files = [
      pollfd(fd: wake.file, events: Int16(POLLIN), revents: 0), pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
    ]
    files += sessions.map {
      pollfd(fd: $0.file, events: Int16(POLLIN) | ($0.hasOutput ? Int16(POLLOUT) : 0), revents: 0)
    }
    guard poll(&files, nfds_t(files.count), try timeoutMillis()) > 0 else { return }
    if files[1].revents != 0 { takeClients() }
    for (session, file) in zip(sessions, files.dropFirst(2)) where file.revents != 0 && session.ending == nil {
      guard let bytes = StreamSocket.read(session.file) else {
        session.ending = "closed by the client"
        continue
      }
      session.input.append(bytes)
      work(session)
    }
  }

  private func timeoutMillis() throws -> Int32 {
    var millis: Int64 = 250
    if let close = try market.nextClose() { millis = min(millis, close.millisecondsSince(now)) }
    let due = sessions.compactMap(\.nextDue) + [desk.deadManNanoseconds].compactMap { $0 }
    if let next = due.min() {
      let current = nanoseconds
      millis = min(millis, next > current ? Int64((next - current) / 1_000_000) + 1 : 0)
    }
    return Int32(max(0, millis))
  }

  private func takeClients() {
    while let file = StreamSocket.accept(listener) {
      guard sessions.count < Self.sessionLimit else {
        counters.turnedAway += 1
        close(file)
        continue
      }
      counters.sessions += 1
      sessions.append(ServedSession(file: file, at: nanoseconds))
    }
  }

  private func work(_ session: ServedSession) {
    do {
      while session.ending == nil, let line = try session.input.next() { receive(line, from: session) }
    } catch {
      send(.answer(id: 0, .fault(error)), to: session)
      session.ending = "\(error)"
    }
  }

  /// Sends to each session of the account what has become of orders.
  func publishReports() {
    for (sequence, report) in desk.takeReports() {
      let line = codec.encode(.report(sequence: sequence, report))
      let fault = options.faults?.nextReport()
      let delay = fault == .holdBack ? options.faults?.delayMillis(atMost: 100) ?? 0 : 0
      for session in sessions where session.client != nil {
        for _ in 0..<(fault == .duplicate ? 2 : 1) { send(line, to: session, isAnswer: false, delayMillis: delay) }
      }
    }
  }

  func send(_ message: WireMessage, to session: ServedSession, delayMillis: Int = 0) {
    send(codec.encode(message), to: session, isAnswer: true, delayMillis: delayMillis)
  }

  func send(_ line: [UInt8], to session: ServedSession, isAnswer: Bool, delayMillis: Int = 0) {
    let current = nanoseconds
    let due = current &+ UInt64(options.latencyMillis + delayMillis) * 1_000_000
    guard session.ending == nil,
      !session.send(line, isAnswer: isAnswer, due: due, now: current, limit: options.outputBytes)
    else { return }
    counters.slowReaders += 1
    session.ending = "does not read what it is sent"
  }

  private func flushAll() {
    let current = nanoseconds
    for session in sessions where !session.flush(now: current) { session.ending = session.ending ?? "connection lost" }
    for session in sessions where session.ending != nil {
      log("session \(session.client ?? "without a name") ended: \(session.ending ?? "")")
      session.end()
    }
    sessions.removeAll { $0.ending != nil }
  }
}
