/// The parts that pages are made of.
extension Markup {
  /// A section under its heading.
  package mutating func section(_ title: String, _ body: (inout Markup) -> Void) {
    element("section") { out in
      out.element("h2", text: title)
      body(&out)
    }
  }

  /// The first box, in plain words, with what stands out on top of it.
  package mutating func firstBox(_ badges: [(name: String, text: String)], _ body: (inout Markup) -> Void) {
    element("section", ["class": "first", "aria-labelledby": "first"]) { out in
      out.element("h2", ["id": "first"], text: "In plain words")
      for badge in badges {
        out.element("p", ["class": "badge"]) { out in
          out.element("strong", text: badge.name)
          out.write(": \(badge.text)")
        }
      }
      body(&out)
    }
  }

  /// A figure with its caption, its legend and its note; words in place of a drawing that is not there. `caption`: in place of
  /// the figure's title.
  package mutating func figure(_ figure: Figure, caption: String? = nil) {
    element("figure", ["id": figure.id]) { out in
      out.element("figcaption") { $0.element("strong", text: caption ?? figure.title) }
      if let missing = figure.missing {
        out.element("p", ["class": "missing"], text: missing)
        return
      }
      out.raw(figure.svg(isAlone: false))
      out.legend(figure.legend)
      if !figure.note.isEmpty { out.element("p", ["class": "note"], text: figure.note) }
    }
  }

  private mutating func legend(_ items: [(name: String, style: String)]) {
    guard !items.isEmpty else { return }
    element("ul", ["class": "legend"]) { out in
      for item in items {
        out.element("li") { out in
          out.element("svg", ["width": "28", "height": "12", "aria-hidden": "true"]) {
            $0.leaf("line", ["x1": "2", "x2": "26", "y1": "6", "y2": "6", "class": item.style])
          }
          out.write(" \(item.name)")
        }
      }
    }
  }
}
