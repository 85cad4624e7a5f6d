import Bot
import Control
import Core
import Dispatch
import Foundation
import Glibc
import Synchronization
import Terminal

/// The live screen of a run: on the alternate screen, gone without a trace at the end. It draws on a thread of its own: a terminal
/// that does not take its text (Ctrl-S, a slow line) holds up nobody who trades.
final class LiveScreen: Sendable {
  private let state: Mutex<ScreenState>
  private let colour: ColourChoice
  private let isOpen = Atomic(false)
  private let wake: (read: Int32, write: Int32)
  private let hasEnded = DispatchSemaphore(value: 0)
  private let signals = Mutex<[SignalListener]>([])

  init(owner: ScreenState.Owner, colour: ColourChoice) {
    state = Mutex(ScreenState(owner: owner))
    self.colour = colour
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) + fcntl(end, F_SETFL, O_NONBLOCK) }
    wake = (ends[0], ends[1])
  }

  func open() {
    let isWatcher = state.withLock { $0.owner == .watcher }
    guard !isOpen.exchange(true, ordering: .relaxed) else { return }
    TerminalModes.take(hasSuspend: isWatcher)
    listen(SIGWINCH) { [weak self] in self?.stir() }
    if isWatcher { listen(SIGTSTP) { [weak self] in self?.suspend() } }
    Thread.start(named: "screen") { [self] in
      loop()
      hasEnded.signal()
    }
  }

  func close() {
    guard isOpen.exchange(false, ordering: .relaxed) else { return }
    stir()
    _ = hasEnded.wait(timeout: .now() + .milliseconds(500))
    TerminalModes.giveBack()
  }

  func update(_ snapshot: StatusSnapshot?) {
    state.withLock { $0.take(snapshot) }
    stir()
  }

  func note(_ text: String) {
    state.withLock { $0.note = text }
    stir()
  }

  func add(_ decision: String) { state.withLock { $0.add(decision: decision) } }

  private func listen(_ number: Int32, _ action: @escaping @Sendable () -> Void) {
    let listener = SignalListener(number, action)
    signals.withLock { $0.append(listener) }
  }

  // A full pipe already wakes the thread.
  private func stir() { _ = Glibc.write(wake.write, [1], 1) }

  private func suspend() {
    TerminalModes.giveBack()
    kill(getpid(), SIGSTOP)
    TerminalModes.take(hasSuspend: true)
    stir()
  }

  private func loop() {
    var (frame, canRead) = (Frame(), isatty(STDIN_FILENO) == 1)
    var wasForeground = true
    while isOpen.load(ordering: .relaxed) {
      let isForeground = TerminalModes.isForeground
      if isForeground {
        if !wasForeground { frame = Frame() }
        draw(&frame)
      }
      wasForeground = isForeground
      var waits = [
        pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0),
        pollfd(fd: canRead && isForeground ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
      ]
      // Once a second the clock goes on, and a bot that fell silent is found out.
      _ = poll(&waits, 2, 1000)
      if waits[1].revents != 0 { canRead = readKeys() }
      drain()
      // At most twenty drawings a second, whatever the number of news.
      usleep(50_000)
    }
  }

  private func drain() {
    var bytes = [UInt8](repeating: 0, count: 256)
    while Glibc.read(wake.read, &bytes, bytes.count) > 0 {}
  }

  private func readKeys() -> Bool {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = Glibc.read(STDIN_FILENO, &bytes, bytes.count)
    guard count > 0 else { return count < 0 && errno == EINTR }
    let size = Console.size
    let ends = state.withLock { state in
      Key.decode(Array(bytes.prefix(count))).reduce(false) { ends, key in
        let list = StatusScreen.listRows(state, now: SystemTime().now, columns: size.columns, rows: size.rows)
        return state.take(key, rows: list.rows) || ends
      }
    }
    // The way that Ctrl-C goes.
    if ends { kill(getpid(), SIGINT) }
    return true
  }

  private func draw(_ frame: inout Frame) {
    let (size, now) = (Console.size, SystemTime().now)
    let lines = state.withLock { state in
      let list = StatusScreen.listRows(state, now: now, columns: size.columns, rows: size.rows)
      state.clamp(count: list.count, rows: list.rows)
      return StatusScreen.lines(state, now: now, columns: size.columns, rows: size.rows)
    }
    let painter = Console.painter(colour)
    let text = frame.update(lines.map(painter.text), columns: size.columns, rows: size.rows)
    if !text.isEmpty { Output.write(text, to: STDOUT_FILENO) }
  }
}
