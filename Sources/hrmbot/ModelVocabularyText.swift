import Core
import HRM

/// A model's vocabulary in words and in JSON.
struct ModelVocabularyText {
  let path: String
  let vocabulary: ModelVocabulary

  /// Whether a text is a bar length as the bot writes it.
  static func isTimeframe(_ text: String) -> Bool { Timeframe(text)?.description == text }

  var text: String { ([path] + tables.flatMap(lines)).joined(separator: "\n") }

  private var tables: [ModelVocabulary.Table] { [vocabulary.instruments, vocabulary.timeframes] }

  private func lines(_ table: ModelVocabulary.Table) -> [String] {
    let head = "\(table.field)  \(table.rows.count) of \(table.capacity), \(table.free) rows free"
    let retired = table.retired.isEmpty ? "" : ", \(table.retired.count) retired"
    let entries = table.rows.sorted { $0.value < $1.value }.map { "  \($0.value)  \($0.key)" }
    return [head + retired] + entries
  }

  var json: String {
    var out = CanonicalJSON()
    out.object { out in
      out.key("instruments")
      write(vocabulary.instruments, to: &out)
      out.key("path")
      out.value(path)
      out.key("timeframes")
      write(vocabulary.timeframes, to: &out)
    }
    return out.text
  }

  private func write(_ table: ModelVocabulary.Table, to out: inout CanonicalJSON) {
    out.object { out in
      out.key("capacity")
      out.value(table.capacity)
      out.key("free")
      out.value(table.free)
      out.key("retired")
      out.array { out in table.retired.forEach { out.value($0) } }
      out.key("rows")
      out.array { out in
        for (label, row) in table.rows.sorted(by: { $0.value < $1.value }) {
          out.object { out in
            out.key("name")
            out.value(label)
            out.key("row")
            out.value(row)
          }
        }
      }
    }
  }
}
