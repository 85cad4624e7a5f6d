/// Writes HTML and SVG whose tags are balanced and whose texts are escaped. Every element is closed, so that it is XML too.
package struct Markup: Sendable {
  /// The text written so far.
  package private(set) var text = ""
  /// Attributes in the order of writing.
  package typealias Attributes = KeyValuePairs<StaticString, String>

  /// Nothing yet.
  package init() {}

  /// An element with what `body` writes.
  package mutating func element(
    _ name: StaticString, _ attributes: Attributes = [:], _ body: (inout Markup) -> Void
  ) {
    open(name, attributes)
    text += ">"
    body(&self)
    text += "</\(name)>"
  }

  /// An element with a text.
  package mutating func element(_ name: StaticString, _ attributes: Attributes = [:], text content: String) {
    element(name, attributes) { $0.write(content) }
  }

  /// An element without content.
  package mutating func leaf(_ name: StaticString, _ attributes: Attributes = [:]) {
    open(name, attributes)
    text += "/>"
  }

  private mutating func open(_ name: StaticString, _ attributes: Attributes) {
    text += "<\(name)"
    for (key, value) in attributes { text += " \(key)=\"\(Self.escaped(value))\"" }
  }

  /// A text, escaped.
  package mutating func write(_ content: String) { text += Self.escaped(content) }

  /// Markup that was made before.
  package mutating func raw(_ markup: String) { text += markup }

  /// A text in which nothing can be taken for markup; characters that no document may hold are replaced.
  package static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n": result.unicodeScalars.append(scalar)
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
