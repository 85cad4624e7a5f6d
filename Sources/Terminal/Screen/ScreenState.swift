import Core

/// What a screen shows: the bot's state, and what the person at it chose.
package struct ScreenState: Sendable {
  /// A page of the screen.
  package enum Page: Sendable, Equatable { case overview, instruments, decisions, refusals, help }
  /// What belongs to whom: the screen of a bot, which it outlives, or of a watcher.
  package enum Owner: Sendable, Equatable { case bot, watcher }

  /// Decisions kept for the list; more than any terminal shows.
  package static let maximumRecent = 200

  package let owner: Owner
  package var snapshot: StatusSnapshot?
  /// What is said while there is no snapshot.
  package var note = "starting"
  /// The last decisions, newest first.
  package private(set) var recent: [String] = []
  package private(set) var page = Page.overview
  package private(set) var isPaused = false
  /// First row of a page that is longer than the screen.
  package private(set) var top = 0
  /// Whether the person is asked if the bot shall end.
  package private(set) var isAsking = false

  /// A screen without news.
  package init(owner: Owner) { self.owner = owner }

  /// Puts a decision on top of the list.
  package mutating func add(decision: String) {
    recent.insert(decision, at: 0)
    if recent.count > Self.maximumRecent { recent.removeLast() }
  }

  /// Takes a new state of the bot. A paused screen stands still, but never hides that the trading state changed.
  package mutating func take(_ snapshot: StatusSnapshot?) {
    guard let old = self.snapshot, let snapshot, isPaused else {
      self.snapshot = snapshot
      return
    }
    if old.tradingState != snapshot.tradingState || old.latch?.id != snapshot.latch?.id {
      isPaused = false
      self.snapshot = snapshot
    }
  }

  /// Takes a key. `page` is the number of rows that a page of a list has. Returns whether the screen shall end.
  package mutating func take(_ key: Key, rows: Int) -> Bool {
    if isAsking {
      isAsking = false
      return key == .character("y")
    }
    switch key {
    case .character("q"):
      if owner == .watcher { return true }
      isAsking = true
    case .character("h"), .character("?"): show(page == .help ? .overview : .help)
    case .character("i"): show(.instruments)
    case .character("d"): show(.decisions)
    case .character("r"): show(.refusals)
    case .character("o"), .escape: show(.overview)
    case .character("p"), .character(" "): isPaused.toggle()
    case .up, .character("k"): top = max(0, top - 1)
    case .down, .character("j"): top += 1
    case .pageUp: top = max(0, top - max(1, rows))
    case .pageDown: top += max(1, rows)
    case .home: top = 0
    case .end: top = Int.max / 2
    case .character: break
    }
    return false
  }

  private mutating func show(_ page: Page) {
    self.page = page
    top = 0
  }

  /// Keeps the list from being scrolled past its end.
  package mutating func clamp(count: Int, rows: Int) { top = max(0, min(top, count - max(1, rows))) }
}
