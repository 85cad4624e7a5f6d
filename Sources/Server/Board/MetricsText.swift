/// Figures in the text format of Prometheus (version 0.0.4): a family is its help, its type and its samples.
package struct MetricsText: Sendable {
  /// What a figure does: only a counter never falls, and a summary is of quantiles.
  package enum Kind: String, Sendable { case counter, gauge, summary }

  /// The text so far.
  package private(set) var text = ""

  /// No figures.
  package init() {}

  /// A family with samples by labels. A family without samples is left out.
  package mutating func family(
    _ name: String, _ kind: Kind, _ help: String, _ samples: [(labels: [(String, String)], value: String)]
  ) {
    guard !samples.isEmpty else { return }
    text += "# HELP hrmbot_\(name) \(help)\n# TYPE hrmbot_\(name) \(kind.rawValue)\n"
    for sample in samples {
      let labels = sample.labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
      text += "hrmbot_\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(sample.value)\n"
    }
  }

  /// A family of one sample without labels; nil: unknown, so left out.
  package mutating func figure(_ name: String, _ kind: Kind, _ help: String, _ value: (some CustomStringConvertible)?) {
    family(name, kind, help, value.map { [([], $0.description)] } ?? [])
  }

  /// A truth as 1 or 0.
  package mutating func flag(_ name: String, _ help: String, _ value: Bool) {
    figure(name, .gauge, help, value ? 1 : 0)
  }

  /// Backslashes, quotes and line feeds, as the format wants them in a label.
  private static func escaped(_ label: String) -> String {
    label.reduce(into: "") { text, character in
      switch character {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      default: text.append(character)
      }
    }
  }
}
