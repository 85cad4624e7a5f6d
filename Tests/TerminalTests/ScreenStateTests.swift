import Core
import Terminal
import Testing

@Suite struct ScreenStateTests {
  private func press(_ state: inout ScreenState, _ keys: Key..., rows: Int = 10) -> Bool {
    keys.reduce(false) { ended, key in state.take(key, rows: rows) || ended }
  }

  @Test func aWatcherLeavesAtOnceAndABotAsksFirst() {
    var watcher = ScreenState(owner: .watcher)
    #expect(press(&watcher, .character("q")))
    var bot = ScreenState(owner: .bot)
    #expect(!press(&bot, .character("q")) && bot.isAsking)
    #expect(!press(&bot, .character("n")) && !bot.isAsking)
    #expect(!press(&bot, .character("y")))
    #expect(!press(&bot, .character("q")))
    #expect(press(&bot, .character("y")))
  }

  @Test func pages() {
    var state = ScreenState(owner: .watcher)
    for (key, page) in [
      ("i", ScreenState.Page.instruments), ("d", .decisions), ("r", .refusals), ("h", .help), ("h", .overview),
      ("?", .help), ("o", .overview),
    ] {
      #expect(!press(&state, .character(Character(key))))
      #expect(state.page == page)
    }
    _ = press(&state, .character("i"), .escape)
    #expect(state.page == .overview)
  }

  @Test func scrollingEndsWithTheList() throws {
    var state = screen(try status(instruments: 30))
    _ = press(&state, .character("i"), .down, .pageDown)
    #expect(state.top == 11)
    _ = press(&state, .end)
    state.clamp(count: 30, rows: 10)
    #expect(state.top == 20)
    _ = press(&state, .up, .pageUp, .pageUp)
    #expect(state.top == 0)
    state.clamp(count: 0, rows: 10)
    #expect(state.top == 0)
  }

  /// What somebody reads may stand still; that trading was stopped may not be hidden by it.
  @Test func aPauseEndsWithAStop() throws {
    var state = screen(try status())
    _ = press(&state, .character("p"))
    var next = try status()
    next.decisions = 75
    state.take(next)
    #expect(state.snapshot?.decisions == 74 && state.isPaused)
    next.tradingState = .halted
    next.latch = StopLatch(id: "L1-abc", level: .stop, source: .file, reason: "lunch", at: noon)
    state.take(next)
    #expect(state.snapshot?.tradingState == .halted && !state.isPaused)
    _ = press(&state, .character("p"))
    state.take(nil)
    #expect(state.snapshot == nil)
  }

  @Test func theListOfDecisionsHasALimit() throws {
    let state = screen(try status(), decisions: 500)
    #expect(state.recent.count == ScreenState.maximumRecent)
    #expect(state.recent[0].contains("D-1099"))
  }
}
