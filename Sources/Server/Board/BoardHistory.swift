import Core

/// Equity and closes since the start, a bounded number of points each, for drawing.
struct BoardHistory: Sendable {
  /// Points of a line; at twice as many, every other one goes.
  static let points = 600
  /// Instruments whose closes are kept; those beyond are not drawn.
  static let instruments = 16

  private struct Line {
    var values: [(at: Timestamp, text: String)] = []
    /// One in so many is kept.
    var stride = 1
    var seen = 0

    mutating func add(_ at: Timestamp, _ text: @autoclosure () -> String) {
      if let last = values.last, at <= last.at { return }
      defer { seen += 1 }
      guard seen % stride == 0 else { return }
      values.append((at, text()))
      guard values.count == 2 * BoardHistory.points else { return }
      values = values.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
      stride *= 2
    }
  }

  private var equity = Line()
  private var closes: [String: Line] = [:]

  /// Takes what is new in a state: one point a bar.
  mutating func take(_ snapshot: StatusSnapshot) {
    guard let newest = snapshot.instruments.compactMap(\.lastBarClose).max() else { return }
    equity.add(newest, snapshot.equityQuote.description)
    for instrument in snapshot.instruments.prefix(Self.instruments) {
      guard let at = instrument.lastBarClose, let close = instrument.lastClose else { continue }
      closes[instrument.symbol, default: Line()].add(at, close.description)
    }
  }

  /// `{"equity": [[milliseconds, value], …], "prices": {symbol: [[milliseconds, value], …]}}`, values as decimal texts.
  var json: [UInt8] {
    var out = CanonicalJSON()
    out.object { out in
      out.key("equity")
      Self.write(equity, &out)
      out.key("prices")
      out.object { out in
        for (symbol, line) in closes.sorted(by: { $0.key < $1.key }) {
          out.key(escaping: symbol)
          Self.write(line, &out)
        }
      }
    }
    return out.bytes
  }

  private static func write(_ line: Line, _ out: inout CanonicalJSON) {
    out.array { out in
      for (at, text) in line.values {
        out.array { out in
          out.value(at.milliseconds)
          out.value(text)
        }
      }
    }
  }
}
