import Core

/// A field of a figure with axes. It is as wide as the figure; the drawing in it is stretched, and texts and the widths of
/// lines are not. So the same markup is readable on a phone and on paper.
package struct Panel {
  /// Width and height of the stretched field in its own units.
  package static let width = 20_000.0
  package static let height = 10_000.0

  /// Top and height in points of a screen.
  package var top: Int
  package var tall: Int
  package var values: ValueAxis
  /// Values are shares, and written as percent.
  package var isPercent = false
  /// Whether values are written at the marks.
  package var isLabelled = true

  /// A field at a height.
  package init(top: Int, tall: Int, values: ValueAxis, isPercent: Bool = false, isLabelled: Bool = true) {
    (self.top, self.tall, self.values) = (top, tall, values)
    (self.isPercent, self.isLabelled) = (isPercent, isLabelled)
  }

  /// Place of a value, from the top, and of a share of the width, in the units of the field.
  package func y(_ value: Double) -> Int { Int(((1 - values.place(value)) * Self.height).rounded()) }
  package func x(_ place: Double) -> Int { Int((min(max(place, 0), 1) * Self.width).rounded()) }
  /// Percent of the whole width.
  static func share(_ place: Double) -> String {
    let thousandths = Int((min(max(place, 0), 1) * 100_000).rounded())
    return "\(thousandths / 1000).\(String("00\(thousandths % 1000)".suffix(3)))%"
  }

  /// Grid, marks, and what `body` draws between them.
  package func draw(
    _ out: inout Markup, time: TimeAxis? = nil, places: [(place: Double, label: String)] = [], isMarked: Bool = true,
    _ body: (inout Markup) -> Void
  ) {
    let bottom = top + tall
    for tick in values.ticks { grid(&out, tick) }
    let marks = time.map { axis in axis.ticks.map { (place: axis.place($0.at), label: $0.label) } } ?? places
    for mark in marks where time != nil {
      let x = Self.share(mark.place)
      out.leaf("line", ["x1": x, "x2": x, "y1": "\(top)", "y2": "\(bottom)", "class": "grid"])
    }
    let axis = time ?? TimeAxis([])
    out.element(
      "svg",
      [
        "x": "0", "y": "\(top)", "width": "100%", "height": "\(tall)", "viewBox": "0 0 20000 10000",
        "preserveAspectRatio": "none", "class": time == nil ? "field" : "field timed", "data-t0": "\(axis.low)",
        "data-t1": "\(axis.high)", "data-v0": "\(values.low)", "data-v1": "\(values.high)",
        "data-unit": isPercent ? "percent" : "number", "data-scale": values.isLogarithmic ? "growth" : "linear",
      ], body)
    for tick in values.ticks where isLabelled {
      let y = top + tall * y(tick) / Int(Self.height)
      out.element(
        "text", ["x": "4", "y": "\(max(y - 3, top + 10))", "class": "tick value"],
        text: isPercent ? values.percentLabel(tick) : values.label(tick))
    }
    guard isMarked else { return }
    for (index, mark) in marks.enumerated() {
      let anchor = mark.place < 0.09 ? "start" : mark.place > 0.91 ? "end" : "middle"
      out.element(
        "text",
        [
          "x": Self.share(mark.place), "y": "\(bottom + 15)", "text-anchor": anchor,
          "class": index % 2 == 0 ? "tick" : "tick odd",
        ], text: mark.label)
    }
  }

  private func grid(_ out: inout Markup, _ tick: Double) {
    let y = top + tall * y(tick) / Int(Self.height)
    let style = tick == 0 ? "zero" : "grid"
    out.leaf("line", ["x1": "0", "x2": "100%", "y1": "\(y)", "y2": "\(y)", "class": style])
  }

  /// A line through points; those that are not finite are left out.
  package func line(
    _ out: inout Markup, _ axis: TimeAxis, _ times: [Timestamp], _ data: [Double], name: String, style: String
  ) {
    let points = zip(times, data).lazy.filter { $0.1.isFinite }.map { "\(x(axis.place($0.0))),\(y($0.1))" }
    out.leaf(
      "polyline", ["points": points.joined(separator: " "), "class": "line \(style)", "data-name": name])
  }

  /// The field between two curves.
  func band(
    _ out: inout Markup, _ axis: TimeAxis, _ times: [Timestamp], _ lows: [Double], _ highs: [Double], style: String
  ) {
    let upper = zip(times, highs).map { "\(x(axis.place($0))),\(y($1))" }
    let lower = zip(times, lows).reversed().map { "\(x(axis.place($0.0))),\(y($0.1))" }
    out.leaf("polygon", ["points": (upper + lower).joined(separator: " "), "class": style])
  }

  /// A bar from one value to another.
  package func bar(
    _ out: inout Markup, from left: Double, to right: Double, _ low: Double, _ high: Double, style: String, tip: String
  ) {
    let (upper, lower) = (y(max(low, high)), y(min(low, high)))
    out.element(
      "rect",
      [
        "x": "\(x(left))", "width": "\(max(1, x(right) - x(left)))", "y": "\(upper)",
        "height": "\(max(1, lower - upper))", "class": style,
      ]
    ) { $0.element("title", text: tip) }
  }
}
