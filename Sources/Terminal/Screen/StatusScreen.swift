import Core

/// The live screen as lines: the same for the running bot and for `hrmbot status --watch`. Never more lines than rows, never a
/// line longer than the columns.
package enum StatusScreen {
  /// The screen at a moment. `now` tells how old the bot's word is.
  package static func lines(_ state: ScreenState, now: Timestamp, columns: Int, rows: Int) -> [StyledLine] {
    guard columns > 0, rows > 0 else { return [] }
    let lines =
      state.snapshot.map { frame(state, $0, now, columns, rows) }
      ?? [StyledLine("hrmbot", .bold), StyledLine(state.note), footer(state, columns)]
    return lines.prefix(rows).map { $0.fitted(to: columns) }
  }

  /// The state once, without a screen around it: `hrmbot status`.
  package static func report(_ status: StatusSnapshot, now: Timestamp, columns: Int) -> [StyledLine] {
    let parts = [
      StatusHead.lines(status, now: now, columns: columns, isPaused: false),
      InstrumentTable.lines(status, columns: columns, top: 0, rows: .max), StatusParts.account(status),
      StatusParts.limits(status, columns: columns, rows: .max), StatusParts.work(status, columns: columns),
    ]
    return Array(parts.joined(separator: [StyledLine()])).map { $0.fitted(to: columns) }
  }

  /// Rows that the list of the present page has: what page up and page down move by.
  package static func listRows(_ state: ScreenState, now: Timestamp, columns: Int, rows: Int) -> (count: Int, rows: Int)
  {
    guard let status = state.snapshot else { return (0, 1) }
    let head = StatusHead.lines(status, now: now, columns: columns, isPaused: state.isPaused).count
    return (StatusPages.count(state, status, columns), max(1, rows - head - 3))
  }

  private static func frame(
    _ state: ScreenState, _ status: StatusSnapshot, _ now: Timestamp, _ columns: Int, _ rows: Int
  ) -> [StyledLine] {
    let head = StatusHead.lines(status, now: now, columns: columns, isPaused: state.isPaused)
    let room = rows - head.count - 1
    guard room > 1 else { return Array(head.prefix(rows - 1)) + [footer(state, columns)] }
    var body =
      state.page == .overview
      ? StatusOverview.lines(state, status, columns: columns, rows: room)
      : [StyledLine()] + StatusPages.lines(state, status, columns: columns, rows: room - 1)
    while body.count < room { body.append(StyledLine()) }
    return head + body.prefix(room) + [footer(state, columns)]
  }

  private static func footer(_ state: ScreenState, _ columns: Int) -> StyledLine {
    if state.isAsking {
      return StyledLine(
        "End the bot? y ends it; positions and stops stay", .warn)
    }
    let quit = state.owner == .watcher ? "q quit" : "q end"
    let long = "h help · o overview · i instruments · d decisions · r refusals · p pause · \(quit)"
    let short = "h help · o i d r pages · p pause · \(quit)"
    return StyledLine(TextWidth.columns(long) <= columns ? long : short, .dim)
  }
}
