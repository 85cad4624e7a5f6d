import Backtest

/// Drawings of a diagnosis over named places: bars side by side, bars upon each other, lines, and ranges.
struct DiagnosisChart {
  /// One set of values, a value a place; nil or not finite is nothing drawn.
  struct Line {
    var name: String
    var style: String
    var values: [Double?]
  }

  private let places: [String]
  private let panel: Panel
  private let text: (Double) -> String
  /// Height of the drawing with its marks.
  static let height = 228

  /// A drawing over places. `axis`: the values that it has to hold. `text` writes a value where it is pointed at.
  init(_ places: [String], axis: ValueAxis, isPercent: Bool = false, text: @escaping (Double) -> String) {
    self.places = places
    self.text = text
    panel = Panel(top: 4, tall: 200, values: axis, isPercent: isPercent)
  }

  private func middle(_ place: Int) -> Double { (Double(place) + 0.5) / Double(max(1, places.count)) }

  private func draw(_ body: (inout Markup) -> Void) -> String {
    var out = Markup()
    panel.draw(&out, places: places.indices.map { (place: middle($0), label: places[$0]) }, body)
    return out.text
  }

  private func dot(_ out: inout Markup, _ place: Double, _ value: Double, style: String, tip: String) {
    let (x, y) = ("\(panel.x(place))", "\(panel.y(value))")
    out.element("line", ["x1": x, "x2": x, "y1": y, "y2": y, "class": "entry \(style)"]) {
      $0.element("title", text: tip)
    }
  }

  /// Bars of all lines side by side at each place.
  func bars(_ lines: [Line]) -> String {
    let width = 0.8 / Double(max(1, places.count * lines.count))
    return draw { out in
      for place in places.indices {
        for (number, line) in lines.enumerated() {
          guard let value = line.values[place], value.isFinite else { continue }
          let left = middle(place) + (Double(number) - Double(lines.count) / 2) * width
          panel.bar(
            &out, from: left + 0.08 * width, to: left + 0.92 * width, 0, value, style: line.style,
            tip: "\(line.name), \(places[place]): \(text(value))")
        }
      }
    }
  }

  /// Bars of all lines upon each other at each place.
  func stacks(_ lines: [Line]) -> String {
    let width = 0.6 / Double(max(1, places.count))
    return draw { out in
      for place in places.indices {
        var low = 0.0
        for line in lines {
          guard let value = line.values[place], value.isFinite else { continue }
          panel.bar(
            &out, from: middle(place) - width / 2, to: middle(place) + width / 2, low, low + value, style: line.style,
            tip: "\(line.name), \(places[place]): \(text(value))")
          low += value
        }
      }
    }
  }

  /// Lines through the middles of the places, with a dot at each.
  func lines(_ lines: [Line]) -> String {
    draw { out in
      for line in lines {
        let points = places.indices.compactMap { place -> (Int, Double)? in
          guard let value = line.values[place], value.isFinite else { return nil }
          return (place, value)
        }
        out.leaf(
          "polyline",
          [
            "points": points.map { "\(panel.x(middle($0.0))),\(panel.y($0.1))" }.joined(separator: " "),
            "class": "line \(line.style)", "data-name": line.name,
          ])
        for (place, value) in points {
          dot(
            &out, middle(place), value, style: line.style, tip: "\(line.name), \(places[place]): \(text(value))")
        }
      }
    }
  }

  /// A value with a range at each place.
  func ranges(_ values: [(value: Double?, low: Double?, high: Double?)], style: String) -> String {
    let width = 0.3 / Double(max(1, places.count))
    return draw { out in
      for place in places.indices {
        guard let value = values[place].value, value.isFinite else { continue }
        if let low = values[place].low, let high = values[place].high {
          panel.bar(
            &out, from: middle(place) - width / 2, to: middle(place) + width / 2, low, high, style: "range",
            tip: "\(places[place]): \(text(low)) to \(text(high))")
        }
        dot(&out, middle(place), value, style: style, tip: "\(places[place]): \(text(value))")
      }
    }
  }

  /// Shares that came true against predictions, with the line on which both are equal. Both axes are shares; the bins are the
  /// places.
  func calibration(_ rows: [HaltingCalibration.Row]) -> String {
    draw { out in
      out.leaf("line", ["x1": "0", "x2": "\(panel.x(1))", "y1": "\(panel.y(0))", "y2": "\(panel.y(1))", "class": "c5"])
      for row in rows {
        guard let predicted = row.predicted, let agreed = row.agreed else { continue }
        dot(
          &out, predicted, agreed, style: "c0",
          tip: "said \(text(predicted)), was \(text(agreed)), \(ReportNumber.count(row.count)) times")
      }
    }
  }

  /// Looks of what only these drawings have.
  static let style = """
    \((0...6).map { "rect.c\($0){fill:var(--c\($0));stroke:none}" }.joined())
    rect.rest{fill:var(--price)}rect.range{fill:var(--gain);fill-opacity:.25}

    """
}
