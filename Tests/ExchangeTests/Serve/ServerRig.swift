import Core
import Exchange
import Foundation
import Testing

/// A server on a thread of its own, with a clock that stands still until it is moved, and bars of a second each.
final class ServerRig: @unchecked Sendable {
  static let start = Timestamp(milliseconds: 1_767_225_600_000)
  let time: VirtualTime
  let directory: String
  let address: VenueAddress
  let server: ExchangeServer
  private let ended = DispatchSemaphore(value: 0)
  private var isRunning = true

  /// A server over the account and tape of a directory. Prices of successive bars are `prices`, one instrument.
  init(
    prices: [String] = (0..<500).map { "\(100 + $0)" }, options: ServeOptions = ServeOptions(),
    directory: String? = nil, from start: Timestamp = start, costs: PaperCosts = .none
  ) throws {
    let directory =
      directory ?? FileManager.default.temporaryDirectory.appending(path: "serve-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    self.directory = directory
    time = VirtualTime(start: start)
    address = try VenueAddress(path: "\(directory)/x.sock")
    let instruments = InstrumentTable([World.instrument(0)])
    let ledger = try PaperLedger(path: "\(directory)/ledger.sqlite", durability: .full)
    let exchange = try ledger.restore(instruments: instruments, cashQuote: World.money("100000"), costs: costs)
    var tape = MarketTape(instruments: 1, capacity: options.tapeCapacity)
    let file = TapeFile(path: "\(directory)/tape.jsonl", instruments: instruments)
    let steps = file.load(into: &tape)
    var rest = prices.dropFirst(Int(steps)).map { World.price($0) }[...]
    var next = start
    let market = PacedMarket(name: "test", timeframe: .oneSecond, step: steps) {
      guard let price = rest.popFirst() else { return nil }
      defer { next = next.adding(milliseconds: 1000) }
      return Bar(
        instrument: InstrumentID(index: 0), timeframe: .oneSecond, openTime: next, open: price, high: price, low: price,
        close: price, volume: Measure(1))
    }
    server = ExchangeServer(
      listener: try StreamSocket.listen(address), desk: ExchangeDesk(exchange: exchange, ledger: ledger),
      market: market,
      tape: tape, tapeFile: file, options: options, time: time
    ) { _ in }
    let thread = Thread { [self] in
      try? server.run()
      ended.signal()
    }
    thread.stackSize = 4 << 20
    thread.start()
  }

  /// A client of this server, greeted under a name.
  func client(_ name: String = "bot") throws -> WireClient {
    let client = try WireClient(address)
    guard case .welcome = try client.ask(.hello(version: 1, client: name, account: "main")) else {
      throw WireFault(.hello, "no welcome")
    }
    return client
  }

  /// Lets so many bars pass; `client` tells when they have.
  func pass(bars: Int, seenBy client: WireClient) throws {
    time.set(time.now.adding(milliseconds: Int64(bars) * 1000))
    // The first answer may come before the bars, the second is asked for after a turn of the loop.
    for _ in 0..<2 { _ = try client.ask(.time) }
  }

  /// Ends the server.
  func stop() {
    guard isRunning else { return }
    isRunning = false
    server.requestStop()
    ended.wait()
  }

  deinit { stop() }

  func remove() {
    stop()
    try? FileManager.default.removeItem(atPath: directory)
  }
}

/// A client that waits for each answer and keeps what is pushed meanwhile.
final class WireClient {
  private let file: Int32
  private let codec = WireCodec(symbols: ["SYM0"])
  private var buffer = LineBuffer(limit: WireLimits.messageBytes)
  private var lastID: UInt64 = 0
  /// What was pushed, in order.
  var bars: [Bar] = []
  var reports: [(sequence: UInt64, report: ExecutionReport)] = []
  /// Answers that were not waited for.
  var strays: [(id: UInt64, answer: WireAnswer)] = []

  init(_ address: VenueAddress) throws {
    file = try StreamSocket.connect(address)
  }

  deinit { close(file) }

  func write(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let count = StreamSocket.write(file, rest) else { throw WireFault(.unavailable, "closed") }
      rest = rest.dropFirst(count)
      if count == 0 { try wait(POLLOUT) }
    }
  }

  @discardableResult
  func send(_ request: WireRequest) throws -> UInt64 {
    lastID += 1
    try write(codec.encode(request, id: lastID))
    return lastID
  }

  func ask(_ request: WireRequest) throws -> WireAnswer { try answer(to: send(request)) }

  /// The answer to a request that was sent; throws when the session ends or nothing comes for ten seconds.
  func answer(to id: UInt64) throws -> WireAnswer {
    while true {
      if let place = strays.firstIndex(where: { $0.id == id }) { return strays.remove(at: place).answer }
      try receive()
    }
  }

  /// Takes in the next piece of the stream.
  func receive() throws {
    try wait(POLLIN)
    guard let bytes = StreamSocket.read(file) else { throw WireFault(.unavailable, "closed") }
    buffer.append(bytes)
    while let line = try buffer.next() {
      switch try codec.message(line) {
      case .bar(let bar): bars.append(bar)
      case .report(let sequence, let report): reports.append((sequence, report))
      case .answer(let id, let answer): strays.append((id, answer))
      }
    }
  }

  /// Whether the exchange ends the session: reads until it does.
  func isEnded() -> Bool {
    do {
      while true { try receive() }
    } catch let fault as WireFault { return fault.detail == "closed" } catch { return false }
  }

  private func wait(_ event: Int32) throws {
    var poll = pollfd(fd: file, events: Int16(event), revents: 0)
    guard Foundation.poll(&poll, 1, 10_000) > 0 else { throw WireFault(.unavailable, "silence") }
  }
}
