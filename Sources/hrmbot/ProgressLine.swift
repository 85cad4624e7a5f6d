import Glibc

/// A line that is written over while something takes long.
enum ProgressLine {
  static var isWanted: Bool { isatty(STDERR_FILENO) == 1 }

  static func show(_ text: String) {
    Output.write("\r\u{1B}[2K\(text.prefix(100))", to: STDERR_FILENO)
  }

  /// A bar of 20 places for a share done in [0, 1].
  static func bar(_ share: Double) -> String {
    let done = max(0, min(20, Int(share * 20)))
    return "[" + String(repeating: "#", count: done) + String(repeating: ".", count: 20 - done) + "]"
  }

  /// How long the rest takes at the pace so far, for example `, 3 min left`; empty at the very beginning.
  static func left(_ share: Double, elapsedSeconds: Double) -> String {
    share > 0.01 ? ", \(duration(elapsedSeconds * (1 - share) / share)) left" : ""
  }

  /// Seconds for a person.
  static func duration(_ seconds: Double) -> String {
    let whole = Int(min(max(0, seconds), 1e8).rounded())
    if whole < 60 { return "\(whole) s" }
    return whole < 3600 ? "\(whole / 60) min" : "\(whole / 3600) h \(whole % 3600 / 60) min"
  }

  static func clear() {
    if isWanted { Output.write("\r\u{1B}[2K", to: STDERR_FILENO) }
  }
}
