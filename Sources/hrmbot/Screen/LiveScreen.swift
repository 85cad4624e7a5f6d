import Bot
import Core
import Foundation
import Synchronization

/// The live screen of a run: redrawn some times a second on the alternate screen, gone without a trace at the end.
final class LiveScreen: Sendable {
  private struct State {
    var snapshot: StatusSnapshot?
    var note = "starting"
    var recent: [String] = []
    var isOpen = false
  }
  /// Decisions kept for the list; more than any terminal shows.
  private static let maximumRecent = 200
  private let state = Mutex(State())

  func open() {
    state.withLock { $0.isOpen = true }
    // Alternate screen, cursor hidden.
    write("\u{1B}[?1049h\u{1B}[?25l")
    draw()
  }

  func close() {
    let wasOpen = state.withLock { state in
      defer { state.isOpen = false }
      return state.isOpen
    }
    if wasOpen { write("\u{1B}[?25h\u{1B}[?1049l") }
  }

  func update(_ snapshot: StatusSnapshot) {
    state.withLock { $0.snapshot = snapshot }
    draw()
  }

  func note(_ text: String) {
    state.withLock { $0.note = text }
    draw()
  }

  func add(_ event: DecisionEvent) {
    let line = DecisionText.line(event)
    state.withLock { state in
      state.recent.insert(line, at: 0)
      if state.recent.count > Self.maximumRecent { state.recent.removeLast() }
    }
  }

  private func draw() {
    let size = Console.size
    let (snapshot, note, recent, isOpen) = state.withLock { ($0.snapshot, $0.note, $0.recent, $0.isOpen) }
    guard isOpen else { return }
    let painter = Painter(hasColour: Console.hasColour)
    let lines =
      snapshot.map { ScreenText.lines($0, recent: recent, columns: size.columns, rows: size.rows, painter) }
      ?? ["hrmbot  \(note)"]
    var text = "\u{1B}[H"
    for line in lines.prefix(size.rows) { text += line + "\u{1B}[K\r\n" }
    text.removeLast(2)
    write(text + "\u{1B}[J")
  }

  private func write(_ text: String) { Output.write(text, to: STDOUT_FILENO) }
}

/// Colours, where the terminal wants them.
struct Painter: Sendable {
  var hasColour: Bool
  func paint(_ text: String, _ code: String) -> String { hasColour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
  func bold(_ text: String) -> String { paint(text, "1") }
  func dim(_ text: String) -> String { paint(text, "2") }
  func good(_ text: String) -> String { paint(text, "32") }
  func warn(_ text: String) -> String { paint(text, "33") }
  func bad(_ text: String) -> String { paint(text, "1;31") }
  func badge(_ text: String, _ code: String) -> String {
    hasColour ? "\u{1B}[7;\(code)m \(text) \u{1B}[0m" : "[\(text)]"
  }
}
