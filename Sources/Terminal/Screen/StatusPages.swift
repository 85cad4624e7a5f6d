import Core

/// The pages behind the first one: lists that can be scrolled, and the help.
enum StatusPages {
  static func lines(_ state: ScreenState, _ status: StatusSnapshot, columns: Int, rows: Int) -> [StyledLine] {
    switch state.page {
    case .overview: []
    case .instruments: InstrumentTable.lines(status, columns: columns, top: state.top, rows: rows)
    case .decisions: list(decisions(state), state.top, rows)
    case .refusals: list(refusals(status), state.top, rows)
    case .help: list(help(state), state.top, rows)
    }
  }

  /// Lines that can be scrolled.
  static func count(_ state: ScreenState, _ status: StatusSnapshot, _ columns: Int) -> Int {
    switch state.page {
    case .overview: 0
    case .instruments: status.instruments.count
    case .decisions: decisions(state).count - 1
    case .refusals: refusals(status).count - 1
    case .help: help(state).count - 1
    }
  }

  private static func list(_ lines: [StyledLine], _ top: Int, _ rows: Int) -> [StyledLine] {
    [lines[0]] + lines.dropFirst(1 + top).prefix(max(0, rows - 1))
  }

  private static func decisions(_ state: ScreenState) -> [StyledLine] {
    let isWatcher = state.owner == .watcher
    let title = isWatcher ? "decisions seen since this screen opened, newest first" : "decisions, newest first"
    if state.recent.isEmpty {
      return [StyledLine(title, .dim), StyledLine("none yet; they come at the close of a bar")]
    }
    return [StyledLine(title, .dim)] + state.recent.map { StyledLine($0) }
  }

  private static func refusals(_ status: StatusSnapshot) -> [StyledLine] {
    var lines = [StyledLine("what was wished, refused and thought since the start", .dim)]
    func group(_ title: String, _ counts: [StatusSnapshot.Count]) {
      guard !counts.isEmpty else { return }
      lines.append(StyledLine())
      lines.append(StyledLine(title, .bold))
      for item in counts {
        var line = StyledLine("  \(item.name)")
        line.pad(to: 32)
        line.add("\(item.count)")
        lines.append(line)
      }
    }
    group("wishes", status.decisionsByAction)
    group("vetoes by check", status.vetoes)
    group("stops by source", status.stops)
    group("problems of the feed", status.feedProblems)
    group(
      "segments thought",
      status.depthHistogram.enumerated().filter { $0.element > 0 }.map {
        .init(name: "\($0.offset)", count: $0.element)
      })
    return lines
  }

  private static func help(_ state: ScreenState) -> [StyledLine] {
    let quit =
      state.owner == .watcher
      ? ("q, Ctrl-C", "leave this screen; the bot goes on")
      : ("q, Ctrl-C", "end the bot; q asks first. Positions and stops stay")
    let keys = [
      ("o, Esc", "overview"), ("i", "all instruments"), ("d", "decisions"), ("r", "wishes, vetoes, depth of thinking"),
      ("arrows, j k", "scroll; Page Up, Page Down, Home, End"),
      ("p, space", "pause the screen, not the bot; a stop ends the pause"),
      ("h, ?", "this page"), quit,
    ]
    let commands = [
      ("hrmbot stop", "stop trading at once; a person resumes"),
      ("hrmbot explain last", "why the last decision was what it was"),
      ("hrmbot rollback", "let the fallback decide from the next bar on"),
      ("hrmbot dashboard", "the same in a browser"),
    ]
    func row(_ pair: (String, String)) -> StyledLine {
      var line = StyledLine("  \(pair.0)", .bold)
      line.pad(to: 24)
      line.add(pair.1)
      return line
    }
    return [StyledLine("keys of this screen; it shows and changes nothing", .dim)] + keys.map(row)
      + [StyledLine(), StyledLine("from another shell", .dim)] + commands.map(row)
  }
}
