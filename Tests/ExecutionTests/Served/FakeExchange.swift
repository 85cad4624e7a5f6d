import Core
import Execution
import Exchange
import Foundation
import Synchronization

/// The other end of the socket as a test plays it: it reads lines and writes whatever the test wants.
final class FakeExchange: @unchecked Sendable {
  let address: VenueAddress
  private let directory: String
  private let listener: Int32
  private var file: Int32 = -1
  private var buffer = LineBuffer(limit: WireLimits.requestBytes)
  let codec = WireCodec(symbols: ["SYM0"])

  init() throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "fake-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    address = try VenueAddress(path: "\(directory)/x.sock")
    listener = try StreamSocket.listen(address)
  }

  deinit {
    hangUp()
    close(listener)
    try? FileManager.default.removeItem(atPath: directory)
  }

  /// Waits for a client. Blocks its thread.
  func accept() throws {
    hangUp()
    try wait(listener)
    guard let client = StreamSocket.accept(listener) else { throw WireFault(.unavailable, "nobody came") }
    file = client
    buffer = LineBuffer(limit: WireLimits.requestBytes)
  }

  /// Accepts and says welcome; reports go on after `sequence`.
  func greet(after sequence: UInt64 = 0) throws {
    try accept()
    let (id, request) = try next()
    guard case .hello = request else { throw WireFault(.hello, "\(request)") }
    let welcome = WireWelcome(
      version: 1, start: 1, reportSequence: sequence, market: "fake", timeframe: .oneMinute, time: Desk.time(1))
    write(.answer(id: id, .welcome(welcome)))
  }

  /// The next request that is no question for the clock: those are answered on the way.
  func next(answeringTime: Bool = true) throws -> (id: UInt64, request: WireRequest) {
    while true {
      while let line = try buffer.next() {
        let read = try codec.request(line)
        guard case .time = read.request, answeringTime else { return read }
        write(.answer(id: read.id, .time(Desk.time(1))))
      }
      try wait(file)
      guard let bytes = StreamSocket.read(file) else { throw WireFault(.unavailable, "closed") }
      buffer.append(bytes)
    }
  }

  func write(_ message: WireMessage) { write(codec.encode(message)) }

  func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let count = StreamSocket.write(file, rest) else { return }
      rest = rest.dropFirst(count)
    }
  }

  func hangUp() {
    if file >= 0 { close(file) }
    file = -1
  }

  private func wait(_ file: Int32) throws {
    var poll = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
    guard Foundation.poll(&poll, 1, 10_000) > 0 else { throw WireFault(.unavailable, "silence") }
  }

  /// Plays a part on a thread of its own, and waits for its end without blocking the test's.
  func play(_ part: @escaping @Sendable (FakeExchange) throws -> Void) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      let thread = Thread { [self] in continuation.resume(with: Result { try part(self) }) }
      thread.start()
    }
  }
}

/// What a venue told.
final class NewsLog: Sendable {
  private let news = Mutex<[ServedNews]>([])
  private let capacity: Int

  init(capacity: Int = .max) { self.capacity = capacity }

  func take(_ piece: ServedNews) -> Bool {
    news.withLock { news in
      if case .clockSkew = piece { return true }
      guard news.count < capacity else { return false }
      news.append(piece)
      return true
    }
  }
  var all: [ServedNews] { news.withLock { $0 } }

  /// Waits until something holds of the news; false: it never did.
  func wait(until condition: ([ServedNews]) -> Bool) async -> Bool {
    for _ in 0..<2000 {
      if condition(all) { return true }
      try? await Task.sleep(for: .milliseconds(5))
    }
    return false
  }
}

/// The clock of this machine: sockets wait in its time.
struct MachineTime: TimeSource {
  var now: Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
  var monotonicNanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
