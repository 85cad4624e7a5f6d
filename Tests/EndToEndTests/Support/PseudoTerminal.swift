import Foundation
import Glibc

/// A program on a terminal of its own, as a person has it before them.
final class PseudoTerminal: @unchecked Sendable {
  private let process: Spawned
  private let master: Int32
  private(set) var shown = ""

  /// Starts a program in a window of so many columns and rows.
  init(_ program: String, _ arguments: [String], environment: [String: String], columns: Int, rows: Int) throws {
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { (words + variables).forEach { free($0) } }
    // What posix_openpt, unlockpt and ptsname do; the C library's headers hide those.
    let end = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var (lock, number): (Int32, Int32) = (0, 0)
    guard end >= 0, ioctl(end, 0x4004_5431, &lock) == 0, ioctl(end, 0x8004_5430, &number) == 0,
      ioctl(end, UInt(TIOCSWINSZ), &size) == 0
    else { throw Failure("no pseudo terminal: \(String(cString: strerror(errno)))") }
    let name = "/dev/pts/\(number)"
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A session of its own, so that the first terminal that it opens becomes its own.
    posix_spawnattr_setflags(&attributes, 0x80)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var child: pid_t = 0
    let failure = posix_spawn(&child, program, &actions, &attributes, &words, &variables)
    guard failure == 0 else { throw Failure("\(program): \(String(cString: strerror(failure)))") }
    (process, master) = (Spawned(child), end)
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
  }

  deinit {
    process.kill()
    close(master)
  }

  /// The program's number.
  var pid: pid_t { process.pid }

  /// Whether the program is over.
  var hasEnded: Bool { process.hasEnded }

  /// How it ended: its exit code, or 128 and the signal.
  var code: Int32? { process.status.map { $0 & 0x7F == 0 ? $0 >> 8 & 0xFF : 128 + $0 & 0x7F } }

  /// Whether keys are shown and lines are collected, as in a shell.
  var isTidy: Bool {
    var modes = termios()
    guard tcgetattr(master, &modes) == 0 else { return true }
    return modes.c_lflag & tcflag_t(ECHO) != 0 && modes.c_lflag & tcflag_t(ICANON) != 0
  }

  func type(_ text: String) { _ = Array(text.utf8).withUnsafeBytes { write(master, $0.baseAddress, $0.count) } }

  func resize(columns: Int, rows: Int) {
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
  }

  /// Takes what the program has written.
  func read() {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(master, &bytes, bytes.count)
      guard count > 0 else { return }
      shown += String(decoding: bytes.prefix(count), as: UTF8.self)
    }
  }

  /// Waits until what was written since the last call has a phrase.
  func wait(for phrase: String, within seconds: Double = 20) async throws {
    let isThere = await eventually(within: seconds) {
      self.read()
      return self.shown.contains(phrase)
    }
    guard isThere else { throw Failure("no \(phrase) on the screen\n\(shown.suffix(3000).debugDescription)") }
  }

  func forget() { shown = "" }
}
