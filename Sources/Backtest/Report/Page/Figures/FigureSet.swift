import Core

/// All figures of a report, in the order of the page.
package struct FigureSet: Sendable {
  /// Figures that are shown once.
  package let single: [Figure]
  /// Prices with trades, by instrument.
  package let prices: [Figure]

  /// Draws a report.
  package init(_ data: ReportData) {
    single = [
      Figure.equity(data), Figure.months(data), Figure.costs(data), Figure.returns(data), Figure.rolling(data),
      Figure.depth(data), Figure.vetoes(data), Figure.risk(data), Figure.excursions(data),
    ]
    prices = data.markets.indices.map { Figure.prices(data, market: $0) }
  }

  /// All of them.
  package var all: [Figure] { single + prices }

  /// A figure by its name.
  package func named(_ id: String) -> Figure {
    single.first { $0.id == id } ?? Figure(id: id, title: id, description: "")
  }

  /// Names and contents of the files: one svg for each figure that could be drawn, and all numbers as `figures.json`.
  package var files: [(name: String, text: String)] {
    all.filter { $0.missing == nil }.map { ("\($0.id).svg", $0.svg(isAlone: true) + "\n") } + [("figures.json", json)]
  }

  /// All series as JSON, keys in order; times are milliseconds since 1970, UTC.
  package var json: String {
    var out = CanonicalJSON(capacity: 1 << 20)
    out.object { out in
      out.key("figures")
      out.array { out in for figure in all { out.object { Self.write(figure, &$0) } } }
    }
    return out.text + "\n"
  }

  private static func write(_ figure: Figure, _ out: inout CanonicalJSON) {
    out.key("description")
    out.value(figure.description)
    out.key("id")
    out.value(figure.id)
    if let missing = figure.missing {
      out.key("missing")
      out.value(missing)
    }
    out.key("series")
    out.array { out in for series in figure.series { out.object { write(series, &$0) } } }
    out.key("title")
    out.value(figure.title)
  }

  private static func write(_ series: Figure.Series, _ out: inout CanonicalJSON) {
    if !series.labels.isEmpty {
      out.key("labels")
      out.array { out in for label in series.labels { out.value(label) } }
    }
    out.key("name")
    out.value(series.name)
    if !series.times.isEmpty {
      out.key("times")
      out.array { out in for time in series.times { out.value(time.milliseconds) } }
    }
    out.key("unit")
    out.value(series.unit)
    out.key("values")
    out.array { out in for value in series.values { out.value(value) } }
  }
}
