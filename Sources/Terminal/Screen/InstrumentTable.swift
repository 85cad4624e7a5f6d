import Core

/// One line an instrument. Columns are as wide as what is in them; on a narrow terminal the least important go first.
enum InstrumentTable {
  private struct Column {
    var title: String
    var isRight: Bool
    /// Which goes first when there is no room; 0 never goes.
    var rank: Int
    var cell: @Sendable (StatusSnapshot.Instrument, StatusSnapshot) -> (String, Style)
  }

  /// The table's lines with its title, from the `top`th instrument on.
  static func lines(_ status: StatusSnapshot, columns: Int, top: Int, rows: Int) -> [StyledLine] {
    let columns = fitting(status, columns)
    var title = StyledLine()
    for (column, width) in columns { add(column.title, .dim, column.isRight, width, to: &title) }
    let shown = status.instruments.dropFirst(top).prefix(max(0, rows == .max ? rows : rows - 1))
    return [title]
      + shown.map { instrument in
        var line = StyledLine()
        for (column, width) in columns {
          let (text, style) = column.cell(instrument, status)
          add(text, style, column.isRight, width, to: &line)
        }
        return line
      }
  }

  private static func fitting(_ status: StatusSnapshot, _ limit: Int) -> [(Column, width: Int)] {
    var columns = all.map { column in
      let cells = status.instruments.map { TextWidth.columns(column.cell($0, status).0) }
      return (column, width: min(28, max(TextWidth.columns(column.title), cells.max() ?? 0)))
    }
    while columns.reduce(-2, { $0 + $1.width + 2 }) > limit,
      let least = columns.indices.filter({ columns[$0].0.rank > 0 }).max(by: { columns[$0].0.rank < columns[$1].0.rank }
      )
    {
      columns.remove(at: least)
    }
    return columns
  }

  private static func add(_ text: String, _ style: Style, _ isRight: Bool, _ width: Int, to line: inout StyledLine) {
    let start = line.columns + (line.pieces.isEmpty ? 0 : 2)
    line.pad(to: start)
    let cell = TextWidth.columns(text) <= width ? text : TextWidth.prefix(text, columns: width - 1) + "…"
    if isRight { line.pad(to: start + width - TextWidth.columns(cell)) }
    line.add(cell, style)
    line.pad(to: start + width)
  }

  private static let all: [Column] = [
    Column(title: "instrument", isRight: false, rank: 0) { instrument, status in
      (instrument.symbol, status.staleInstruments.contains(instrument.symbol) ? .bad : .plain)
    },
    Column(title: "last", isRight: true, rank: 1) { instrument, _ in (instrument.lastClose?.description ?? "-", .plain)
    },
    Column(title: "bar closed", isRight: false, rank: 4) { instrument, status in
      guard let closed = instrument.lastBarClose?.description else { return ("-", .dim) }
      // On bars of a day the time of day says nothing.
      return (
        String(status.timeframe.milliseconds < 86_400_000 ? closed.dropFirst(11).prefix(8) : closed.prefix(10)), .dim
      )
    },
    Column(title: "position", isRight: false, rank: 0) { instrument, _ in
      switch instrument.position.side {
      case .flat: ("flat", .dim)
      case .long: ("long \(instrument.position.quantity)", .plain)
      case .short: ("short \(instrument.position.quantity)", .plain)
      }
    },
    Column(title: "cost", isRight: true, rank: 3) { instrument, _ in
      instrument.position.side == .flat ? ("", .plain) : (AmountText.cents(instrument.position.totalCostQuote), .plain)
    },
    Column(title: "open result", isRight: true, rank: 2) { instrument, _ in
      instrument.position.side == .flat ? ("", .plain) : StatusParts.signed(instrument.unrealisedQuote)
    },
  ]
}
