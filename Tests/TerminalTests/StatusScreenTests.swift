import Core
import Terminal
import Testing

@Suite struct StatusScreenTests {
  private func text(_ state: ScreenState, _ columns: Int, _ rows: Int) -> String {
    shown(state, columns, rows).map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }

  @Test func eightyByTwentyFour() throws {
    let wanted = """
      hrmbot [PAPER] [SYNTHETIC] [ACTIVE]                  08:07:50 UTC · up 1 h 2 min
      policy sma-cross-5-20 · 1s bars from simulated · pid 19338

      instrument      last  bar closed  position          cost  open result
      SIM-BTC     10003.42  08:07:49    long 1.7721  17,726.65        +0.41

      equity 99,790.08  -209.92  cash 82,063.02  fees 169.67
      daily_loss          █░░░░░░░░░░░░░░░░░░░  209.91 of 3000
      drawdown            ░░░░░░░░░░░░░░░░░░░░  209.91 of 15000
      gross_exposure      ████░░░░░░░░░░░░░░░░  17727.06 of 100000
      order_rate          ███████████████████░  28 of 30
      consecutive_losses  █████████████░░░░░░░  5 of 8

      feed age 700 ms · decision p99 21 ms p50 17 ms · bar to order p99 383 µs
      decisions 74 · orders 12 · fills 9 · journal 659
      vetoes volatility 3
      last D-658 SIM-BTC: hold (83 %) · depth 2 q

      08:07:15 D-605 SIM-BTC 10003.42 hold
      08:07:14 D-604 SIM-BTC 10003.42 hold
      08:07:13 D-603 SIM-BTC 10003.42 hold
      08:07:12 D-602 SIM-BTC 10003.42 hold
      08:07:11 D-601 SIM-BTC 10003.42 hold
      h help · o overview · i instruments · d decisions · r refusals · p pause · q end
      """
    #expect(text(screen(try status(), decisions: 6), 80, 24) == wanted)
  }

  @Test func sixtyColumns() throws {
    var narrow = try status(instruments: 2)
    narrow.tradingState = .halted
    narrow.latch = StopLatch(id: "L785-mwqkaxup", level: .stop, source: .http, reason: "lunch", at: noon)
    let wanted = """
      hrmbot [PAPER] [SYNTHETIC] [HALTED]             08:07:50 UTC
      policy sma-cross-5-20 · 1s bars from simulated · pid 19338
      STOPPED (stop) by http: lunch
      resume with: hrmbot resume L785-mwqkaxup
      instrument      last  position          cost  open result
      SIM-BTC     10003.42  long 1.7721  17,726.65        +0.41
      SIM-ETH     10003.42  flat
      equity 99,790.08  -209.92  cash 82,063.02  fees 169.67
      daily_loss          █░░░░░░░░░  209.91 of 3000
      drawdown            ░░░░░░░░░░  209.91 of 15000
      gross_exposure      ██░░░░░░░░  17727.06 of 100000
      order_rate          █████████░  28 of 30
      consecutive_losses  ██████░░░░  5 of 8
      feed age 700 ms · decision p99 21 ms · bar to order p99 383…
      decisions 74 · orders 12 · fills 9 · journal 659
      vetoes volatility 3
      last D-658 SIM-BTC: hold (83 %) · depth 2 q


      h help · o i d r pages · p pause · q end
      """
    #expect(text(screen(narrow), 60, 20) == wanted)
  }

  /// Every page, in windows from one field to a wall, with few and many instruments and everything wrong at once.
  @Test func neverBeyondTheWindow() throws {
    let pages = ["o", "i", "d", "r", "h"].map { Key.character(Character($0)) }
    for count in [0, 1, 9, 64] {
      var bad = try status(instruments: count)
      bad.staleInstruments = bad.instruments.map(\.symbol)
      (bad.rejected, bad.lateDecisions, bad.fallbackDecisions, bad.isJournalHealthy) = (123_456, 99_999, 88_888, false)
      bad.latch = StopLatch(
        id: "L785-mwqkaxup", level: .flatten, source: .file, reason: String(repeating: "日\u{1B}", count: 300), at: noon)
      bad.degradations = ["feed_stale", "venue_disconnected", "journal_unhealthy"]
      for page in pages {
        var state = screen(bad, decisions: 40)
        _ = state.take(page, rows: 10)
        for (columns, rows) in [(1, 1), (5, 3), (20, 6), (40, 12), (60, 16), (80, 24), (81, 25), (120, 40), (300, 90)] {
          let lines = StatusScreen.lines(state, now: noon, columns: columns, rows: rows)
          #expect(lines.count <= rows, "\(count) instruments, \(page), \(columns) x \(rows)")
          #expect(lines.allSatisfy { $0.columns <= columns }, "\(count) instruments, \(page), \(columns) x \(rows)")
        }
      }
    }
  }

  @Test func aStopIsSeenOnEveryPageAndSize() throws {
    var stopped = try status(instruments: 64)
    stopped.tradingState = .halted
    stopped.latch = StopLatch(id: "L785-mwqkaxup", level: .stop, source: .file, reason: "lunch", at: noon)
    for page in ["o", "i", "d", "r", "h"] {
      var state = screen(stopped, decisions: 40)
      _ = state.take(.character(Character(page)), rows: 10)
      for (columns, rows) in [(40, 6), (60, 16), (80, 24), (120, 40)] {
        let text = shown(state, columns, rows).joined(separator: "\n")
        #expect(text.contains("STOPPED (stop) by file: lunch") && text.contains("hrmbot resume L785-mwqkaxup"))
      }
    }
  }

  @Test func silenceIsSaid() throws {
    let state = screen(try status())
    #expect(!shown(state, 80, 24).joined().contains("no word"))
    let later = noon.adding(milliseconds: 75_000)
    #expect(shown(state, 80, 24, now: later).joined().contains("no word from the bot for 1 min 15 s"))
  }

  @Test func manyInstrumentsLeaveRoomForTheRest() throws {
    let lines = shown(screen(try status(instruments: 64), decisions: 9), 80, 24)
    let text = lines.joined(separator: "\n")
    for phrase in ["more: i", "equity", "order_rate", "last D-658", "h help"] {
      #expect(text.contains(phrase), "\(phrase)")
    }
    // The fullest limits stay.
    #expect(text.contains("consecutive_losses"))
  }

  @Test func withoutABotTheScreenSaysSo() {
    var state = ScreenState(owner: .watcher)
    state.note = "no bot is running in /home/x"
    let lines = shown(state, 80, 24)
    #expect(lines[1] == "no bot is running in /home/x" && lines[2].contains("q quit"))
  }

  @Test func theEndIsAskedFor() throws {
    var state = screen(try status())
    _ = state.take(.character("q"), rows: 10)
    #expect(shown(state, 100, 24).last?.hasPrefix("End the bot?") == true)
  }

  @Test func everyKeyOfTheHelpDoesWhatItSays() throws {
    var state = screen(try status())
    _ = state.take(.character("h"), rows: 10)
    let text = shown(state, 100, 30).joined(separator: "\n")
    for key in ["o, Esc", "i ", "d ", "r ", "p, space", "h, ?", "q, Ctrl-C", "arrows, j k"] {
      #expect(text.contains("  \(key)"), "\(key)")
    }
  }

  @Test func theReportCutsNothingThatFits() throws {
    let lines = StatusScreen.report(try status(instruments: 64), now: noon, columns: 1000)
      .map { Painter(hasColour: false).text($0) }
    #expect(lines.filter { $0.hasPrefix("SIM-") }.count == 64)
    #expect(lines.filter { $0.contains("█") || $0.contains("░") }.count == 5)
    #expect(!lines.joined().contains("…"))
  }
}
