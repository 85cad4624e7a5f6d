import Glibc

/// The terminal's modes: taken over for a screen, given back at its end, also when the process crashes.
enum TerminalModes {
  // A signal handler can reach nothing else. Written before the handlers are installed, and not again while they are.
  nonisolated(unsafe) private static var saved = termios()
  nonisolated(unsafe) private static var isTaken = false
  private static let crashes = [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE]

  /// Alternate screen, cursor hidden, no line wrap.
  private static let enter = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l"
  private static let leave: StaticString = "\u{1B}[?7h\u{1B}[?25h\u{1B}[0m\u{1B}[?1049l"

  /// Whether this process may draw and read: one in the background must not.
  static var isForeground: Bool { tcgetpgrp(STDOUT_FILENO) == getpgrp() }

  /// Takes the terminal: keys come one by one and are not shown. A bot cannot be frozen with Ctrl-Z.
  static func take(hasSuspend: Bool) {
    guard !isTaken else { return }
    // Asking in the background would stop the process.
    signal(SIGTTIN, SIG_IGN)
    signal(SIGTTOU, SIG_IGN)
    if isForeground, tcgetattr(STDIN_FILENO, &saved) == 0 {
      isTaken = true
      for number in crashes { restoreAfter(number) }
      var raw = saved
      raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
      if !hasSuspend { withUnsafeMutableBytes(of: &raw.c_cc) { $0[Int(VSUSP)] = 0 } }
      tcsetattr(STDIN_FILENO, TCSANOW, &raw)
    }
    Output.write(enter, to: STDOUT_FILENO)
  }

  /// Gives it back.
  static func giveBack() {
    // Ctrl-S would hold up the last words for ever.
    if isTaken, isForeground { tcflow(STDOUT_FILENO, TCOON) }
    restore()
  }

  private static func restore() {
    _ = Glibc.write(STDOUT_FILENO, leave.utf8Start, leave.utf8CodeUnitCount)
    if isTaken { tcsetattr(STDIN_FILENO, TCSANOW, &saved) }
    isTaken = false
  }

  private static func restoreAfter(_ number: Int32) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
      TerminalModes.restore()
      // The signal comes again, to the default: the crash is as it would have been.
      signal(number, SIG_DFL)
      raise(number)
    }
    action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND) | UInt32(SA_NODEFER))
    sigaction(number, &action, nil)
  }
}
