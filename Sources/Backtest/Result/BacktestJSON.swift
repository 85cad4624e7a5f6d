import Core

/// The account of a run in JSON: the same run gives the same bytes. Money is text, exact.
package struct BacktestJSON {
  private let book: BacktestBook
  private let tallies: [[(name: String, count: Int)]]
  private let instruments: InstrumentTable
  /// Trades at either end that are written out.
  private static let shownTrades = 5

  /// `tallies`: what the rule met, by instrument index.
  package init(_ book: BacktestBook, tallies: [[(name: String, count: Int)]]) {
    self.book = book
    self.tallies = tallies
    instruments = book.instruments
  }

  /// Members of the object, keys in order, into an object that is open. `before` and `after` may add their own.
  package func write(into out: inout CanonicalJSON) {
    let isSingle = instruments.count == 1
    out.key("bars")
    out.value(book.bars)
    out.key("closed_trades")
    out.value(book.closedTrades)
    out.key("decisions")
    out.object { writeDecisions(&$0) }
    out.key("fills")
    out.value(book.fills)
    out.key("final_cash")
    out.value(book.cashQuote)
    out.key("final_equity")
    out.value(book.equity.endQuote)
    out.key("final_equity_2dp")
    out.value(book.equity.endQuote.text(decimals: 2))
    out.key("first_5_trades")
    out.array { out in for trade in book.trades.prefix(Self.shownTrades) { write(trade, &out) } }
    out.key("instruments")
    out.value(instruments.count)
    if isSingle, let close = book.lines[0].lastClose {
      out.key("last_close")
      out.value(close.text(atLeast: 2))
    }
    out.key("last_5_trades")
    out.array { out in for trade in book.trades.suffix(Self.shownTrades) { write(trade, &out) } }
    out.key("max_drawdown_quote")
    out.value(book.equity.maxDrawdownQuote)
    writeRest(&out, isSingle: isSingle)
  }

  private func writeRest(_ out: inout CanonicalJSON, isSingle: Bool) {
    out.key("notes")
    out.array { out in
      for note in book.notes { out.value("\(note.at) \(note.text)") }
    }
    if isSingle {
      out.key("open_qty")
      out.value(text(book.lines[0].position.quantity, of: instruments.instruments[0]))
    }
    out.key("orders")
    out.value(book.orders)
    if !isSingle {
      out.key("per_instrument")
      out.object { out in
        for instrument in instruments.instruments.sorted(by: { $0.symbol < $1.symbol }) {
          out.key(escaping: instrument.symbol)
          out.object { write(instrument, &$0) }
        }
      }
    }
    out.key("refused_bars")
    out.value(book.refusedBars)
    for (name, count) in total(tallies) {
      out.key(escaping: name)
      out.value(count)
    }
    out.key("start_cash")
    out.value(book.startQuote)
    out.key("total_fees")
    out.value(book.feesQuote)
    out.key("total_fees_2dp")
    out.value(book.feesQuote.text(decimals: 2))
    out.key("vetoes")
    out.object { out in
      for veto in book.decisions.vetoesByCheck.sorted(by: { $0.name < $1.name }) {
        out.key(escaping: veto.name)
        out.value(veto.count)
      }
    }
    out.key("winners")
    out.value(book.winners)
  }

  private func writeDecisions(_ out: inout CanonicalJSON) {
    for action in Action.allCases.sorted(by: { $0.name < $1.name }) {
      out.key(escaping: action.name)
      out.value(book.decisions.wished[Int(action.rawValue)])
    }
  }

  private func write(_ instrument: Instrument, _ out: inout CanonicalJSON) {
    let line = book.lines[Int(instrument.id.index)]
    out.key("closed_trades")
    out.value(line.closedTrades)
    out.key("fills")
    out.value(line.fills)
    out.key("open_qty")
    out.value(text(line.position.quantity, of: instrument))
    out.key("pnl")
    out.value(line.profitQuote)
    out.key("pnl_2dp")
    out.value(line.profitQuote.text(decimals: 2))
    for (name, count) in tallies[Int(instrument.id.index)] {
      out.key(escaping: name)
      out.value(count)
    }
  }

  private func write(_ trade: ClosedTrade, _ out: inout CanonicalJSON) {
    let instrument = instruments[trade.instrument]
    out.object { out in
      out.key("entry_price")
      out.value(trade.entryPrice.text(atLeast: 2))
      out.key("entry_ts_ms")
      out.value(trade.entryTime.milliseconds)
      out.key("exit")
      out.value(trade.exit.rawValue)
      out.key("exit_price")
      out.value(trade.exitPrice.text(atLeast: 2))
      out.key("exit_ts_ms")
      out.value(trade.exitTime.milliseconds)
      out.key("instrument")
      out.value(instrument.symbol)
      out.key("pnl")
      out.value(trade.profitQuote)
      out.key("qty")
      out.value(text(trade.quantity, of: instrument))
      out.key("side")
      out.value(trade.side == .long ? "long" : "short")
    }
  }

  /// A quantity with the decimals of its lot.
  private func text(_ quantity: Quantity, of instrument: Instrument) -> String {
    if quantity.isZero { return "0" }
    let lot = instrument.rules.last.map { "\($0.lot)" } ?? ""
    let decimals = lot.firstIndex(of: ".").map { lot.distance(from: $0, to: lot.endIndex) - 1 } ?? 0
    return quantity.text(atLeast: decimals)
  }

  private func total(_ tallies: [[(name: String, count: Int)]]) -> [(name: String, count: Int)] {
    (tallies.first ?? []).indices.map { place in
      (tallies[0][place].name, tallies.reduce(0) { $0 + ($1.indices.contains(place) ? $1[place].count : 0) })
    }
  }
}

extension FixedPoint {
  /// The value rounded half to even to so many decimals, all of them shown.
  func text(decimals: Int) -> String {
    var step: Raw = 1
    for _ in decimals..<Self.fractionDigits { step *= 10 }
    guard let rounded = try? rounded(toMultipleOf: Self(raw: step), .halfEven) else { return "\(self)" }
    return rounded.text(atLeast: decimals)
  }

  /// The exact value with at least so many decimals.
  func text(atLeast decimals: Int) -> String {
    let text = "\(self)"
    let shown = text.firstIndex(of: ".").map { text.distance(from: $0, to: text.endIndex) - 1 }
    if decimals == 0 || (shown ?? 0) >= decimals { return text }
    return text + (shown == nil ? "." : "") + String(repeating: "0", count: decimals - (shown ?? 0))
  }
}
