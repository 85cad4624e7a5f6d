import Core

/// A drawing with its words and its numbers: in the page, as a file of its own, and in `figures.json`.
package struct Figure: Sendable {
  /// Name in file names and links: lower-case letters and hyphens.
  package var id: String
  package var title: String
  /// What is to be seen, for those who do not see it; its numbers are those of the run.
  package var description: String
  /// Height in points of a screen.
  package var height = 0
  /// What is inside of the svg element; empty where there is nothing to be drawn.
  package var body = ""
  /// Names of the lines in the order of their colours, with their classes.
  package var legend: [(name: String, style: String)] = []
  /// A sentence below it.
  package var note = ""
  /// Why there is no drawing; nil where there is one.
  package var missing: String?
  package var series: [Series] = []

  /// Numbers of a figure: values by time, or by a name.
  package struct Series: Sendable {
    package var name: String
    /// Unit of the values, such as `quote` or `share`.
    package var unit: String
    package var times: [Timestamp] = []
    package var labels: [String] = []
    package var values: [Double]
    /// A series over time.
    package init(_ name: String, unit: String, times: [Timestamp], values: [Double]) {
      (self.name, self.unit, self.times, self.values) = (name, unit, times, values)
    }
    /// A series over names.
    package init(_ name: String, unit: String, labels: [String], values: [Double]) {
      (self.name, self.unit, self.labels, self.values) = (name, unit, labels, values)
    }
  }

  /// A figure without a drawing yet.
  package init(id: String, title: String, description: String, missing: String? = nil) {
    (self.id, self.title, self.description, self.missing) = (id, title, description, missing)
  }

  /// The svg element. `isAlone`: as a file of its own, with its style.
  package func svg(isAlone: Bool) -> String {
    var out = Markup()
    if isAlone {
      let whole = height + 20 * legendRows.count + 8
      out.element(
        "svg",
        [
          "xmlns": "http://www.w3.org/2000/svg", "width": "960", "height": "\(whole)", "role": "img",
          "aria-labelledby": "\(id)-t \(id)-d",
        ]
      ) { out in
        content(&out)
        out.element("style") { $0.raw(ReportStyle.drawing) }
        legendRows.enumerated().forEach { row, items in
          for (place, item) in items.enumerated() {
            let (x, y) = (8 + 235 * place, height + 16 + 20 * row)
            out.leaf(
              "line", ["x1": "\(x)", "x2": "\(x + 24)", "y1": "\(y - 4)", "y2": "\(y - 4)", "class": item.style])
            out.element("text", ["x": "\(x + 30)", "y": "\(y)"], text: item.name)
          }
        }
      }
    } else {
      out.element(
        "svg",
        [
          "class": "figure", "width": "100%", "height": "\(height)", "role": "img",
          "aria-labelledby": "\(id)-t \(id)-d",
        ]
      ) { content(&$0) }
    }
    return out.text
  }

  private var legendRows: [[(name: String, style: String)]] {
    stride(from: 0, to: legend.count, by: 4).map { Array(legend[$0..<min($0 + 4, legend.count)]) }
  }

  private func content(_ out: inout Markup) {
    out.element("title", ["id": "\(id)-t"], text: title)
    out.element("desc", ["id": "\(id)-d"], text: description)
    out.raw(body)
  }
}
