import Core
import Exchange
import Glibc

extension ServedVenue {
  /// What the thread is to wait for.
  var wish: ServedExecutor.Wish {
    let now = time.monotonicNanoseconds
    var moments = [pending.nextDeadline].compactMap { $0 }
    switch phase {
    case .connecting(let until), .greeting(let until), .waiting(let until): moments.append(until)
    case .ready: moments.append(nextProbe)
    case .idle, .closed: break
    }
    var wish = ServedExecutor.Wish(file: file, isWriting: sent < output.count)
    if case .connecting = phase { wish.isWriting = true }
    wish.timeoutMillis = moments.min().map {
      // Rounded up, or the thread would spin through the last millisecond.
      $0 > now ? Int32(clamping: ($0 - now) / 1_000_000 + 1) : 0
    }
    return wish
  }

  /// Works off what a socket and the clock have brought.
  func turn(canRead: Bool, canWrite: Bool) {
    let now = time.monotonicNanoseconds
    switch phase {
    case .connecting(let until):
      if canWrite { finishConnecting(at: now) } else if now >= until { lose("no connection in time") }
    case .greeting(let until):
      if canRead { read() }
      if case .greeting = phase, now >= until { lose("no welcome in time") }
    case .ready:
      if canRead { read() }
      if isConnected { flush() }
      if isConnected, now >= nextProbe { probe(at: now) }
      if isConnected, reports.hasGap(at: now) {
        counters.reportGaps += 1
        lose("reports are missing")
      }
    case .waiting(let until): if now >= until { connect() }
    case .idle, .closed: return
    }
    for end in pending.takeOverdue(at: now) {
      counters.timeouts += 1
      end(.loss("no answer within \(limits.answerMillis) ms"))
    }
  }

  /// Begins a session.
  func connect() {
    let now = time.monotonicNanoseconds
    schedule.attempted(at: now)
    counters.attempts += 1
    do {
      file = try StreamSocket.connect(address)
      phase = .connecting(until: now &+ UInt64(limits.connectMillis) * 1_000_000)
    } catch { lose(error.detail) }
  }

  private func finishConnecting(at now: UInt64) {
    if let failure = StreamSocket.failure(of: file) { return lose("\(address): \(failure)") }
    phase = .greeting(until: now &+ UInt64(limits.connectMillis) * 1_000_000)
    sendNow(.hello(version: WireLimits.version, client: clientName, account: account)) { [weak self] ending in
      self?.assumeIsolated { $0.welcomed(ending) }
    }
  }

  private func welcomed(_ ending: PendingRequests.Ending) {
    guard case .greeting = phase else { return }
    guard case .answer(.welcome(let welcome)) = ending else { return lose("no welcome: \(ending)") }
    if let known = self.welcome, known.timeframe != welcome.timeframe {
      return lose("bars of \(welcome.timeframe), not of \(known.timeframe) as before")
    }
    self.welcome = welcome
    let now = time.monotonicNanoseconds
    reports = ReportSequence(after: welcome.reportSequence)
    epoch += 1
    counters.sessions += 1
    phase = .ready(since: now)
    nextProbe = now
    // Cancelled orders come as reports, and the books are compared after every loss: the answer itself tells nothing new.
    if isStopped() { send(.cancelAll) { _ in } }
    if !instruments.isEmpty { compareInstruments() }
    if let after = lastCloses.min() { send(.subscribe(after: after)) { _ in } }
    guard isConnected, deliver(.connected(epoch: epoch)) else { return overrun() }
    tellOpening(nil)
  }

  /// Rules that have changed make every rounding wrong: no session with them.
  private func compareInstruments() {
    send(.instruments) { [weak self] ending in
      self?.assumeIsolated { venue in
        guard case .answer(.instruments(let found)) = ending, found != venue.instruments else { return }
        venue.lose("the exchange has other instruments or rules than at the start; restart the bot")
      }
    }
  }

  private func tellOpening(_ failure: String?) {
    for waiting in opening { waiting.resume(returning: failure) }
    opening.removeAll()
  }

  /// Ends the session, and everything that waits for an answer of it.
  func lose(_ cause: String, phase next: Phase? = nil) {
    if file >= 0 { Glibc.close(file) }
    file = -1
    input = LineBuffer(limit: WireLimits.messageBytes)
    output.removeAll()
    sent = 0
    let now = time.monotonicNanoseconds
    let wasReady = isConnected
    if case .ready(let since) = phase { schedule.ended(after: now &- since) } else { schedule.ended(after: 0) }
    phase = next ?? .waiting(until: schedule.next(at: now))
    for end in pending.takeOverdue(at: nil) { end(.loss(cause)) }
    if wasReady, phase != .closed { _ = deliver(.disconnected(cause: cause)) }
    tellOpening(cause)
  }

  /// Writes as much as the socket takes.
  func flush() {
    while sent < output.count {
      guard let count = StreamSocket.write(file, output[sent...]) else {
        return lose("the exchange closed the session")
      }
      if count == 0 { return }
      sent += count
    }
    output.removeAll(keepingCapacity: true)
    sent = 0
  }

  /// Asks for the exchange's clock: a sign of life, and the skew of ours.
  private func probe(at now: UInt64) {
    nextProbe = now &+ UInt64(limits.probeMillis) * 1_000_000
    let asked = (wall: time.now, nanoseconds: now)
    send(.time) { [weak self] ending in
      self?.assumeIsolated { venue in
        switch ending {
        case .answer(.time(let there)): venue.measure(there, asked.wall, asked.nanoseconds)
        case .loss where venue.isConnected: venue.lose("no sign of life")
        default: break
        }
      }
    }
  }

  private func measure(_ there: Timestamp, _ askedWall: Timestamp, _ askedNanoseconds: UInt64) {
    let wayMillis = Int64((time.monotonicNanoseconds &- askedNanoseconds) / 1_000_000)
    guard wayMillis <= limits.longestProbeMillis else { return }
    let here = askedWall.adding(milliseconds: wayMillis / 2)
    if !deliver(.clockSkew(millis: Int(clamping: here.millisecondsSince(there)))) { overrun() }
  }

  func overrun() {
    guard isConnected else { return }
    counters.overruns += 1
    lose("news were not taken")
  }
}
