import Core

extension SettingsSchema {
  /// All values but paths as JSON with sorted keys.
  package static func canonicalJSON(of settings: BotSettings) -> [UInt8] {
    let members = entries.filter { !$0.isPath }.map { ($0.name, $0.json(settings)) }
    return JSONTree.object(Dictionary(uniqueKeysWithValues: members)).bytes
  }

  /// A settings file with every value, its meaning, unit, range and default: `config/settings.yaml` for the defaults,
  /// `config show` for any others. Loads back to the same values.
  public static func file(of settings: BotSettings = BotSettings(), origins: [String: SettingOrigin]? = nil) -> String {
    var text = """
      # Settings of hrmbot. Every value is optional; a value that is left out keeps its default.
      # The command line (--set section.key=value) wins over the environment (HRMBOT_SECTION_KEY), that over this file.
      # After each meaning: unit; allowed range; default. Unknown keys are errors. Secrets do not belong here.

      """
    for section in sections {
      text += "\n# \(section.documentation)\n\(section.name):\n"
      var open: [Substring] = []
      for entry in entries where entry.section == section.name {
        let parts = entry.key.split(separator: ".")
        let groups = Array(parts.dropLast())
        if groups != open {
          open = groups
          for (depth, group) in groups.enumerated() { text += "\(indent(depth + 1))\(group):\n" }
        }
        let margin = indent(parts.count)
        text += "\(margin)# \(entry.documentation) (\(entry.facts))\n"
        let origin = origins?[entry.name].flatMap { $0 == .default ? nil : "  # \(describe($0))" } ?? ""
        text += "\(margin)\(parts[parts.count - 1]): \(entry.text(in: settings))\(origin)\n"
      }
    }
    return text
  }

  private static func indent(_ depth: Int) -> String { String(repeating: "  ", count: depth) }

  private static func describe(_ origin: SettingOrigin) -> String {
    switch origin {
    case .default: "default"
    case .file(let line): "line \(line) of the file"
    case .environment(let name): "from \(name)"
    case .flag: "from the command line"
    }
  }

  /// The effective values with their origins, as a settings file.
  public static func show(_ loaded: LoadedSettings) -> String { file(of: loaded.settings, origins: loaded.origins) }

  /// A table for people: one value a line.
  public static func table() -> String {
    let rows = entries.map { [$0.name, $0.type, $0.unit, $0.range, $0.defaultText, $0.documentation] }
    let header = ["setting", "type", "unit", "range", "default", "meaning"]
    let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
    return ([header] + rows).map { row in
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }
      return cells.joined(separator: "  ")
    }.joined(separator: "\n") + "\n"
  }

  /// JSON Schema (draft 2020-12) of the settings file, for editors.
  public static func jsonSchema() -> String {
    var root = schemaNode(prefix: "")
    root["$schema"] = .text("https://json-schema.org/draft/2020-12/schema")
    root["title"] = .text("hrmbot settings")
    return String(decoding: JSONTree.object(root).bytes, as: UTF8.self) + "\n"
  }

  private static func schemaNode(prefix: String) -> [String: JSONTree] {
    var members: [String: JSONTree] = [:]
    for entry in entries where entry.name.hasPrefix(prefix) {
      let rest = entry.name.dropFirst(prefix.count).split(separator: ".")
      let name = String(rest[0])
      guard members[name] == nil else { continue }
      if rest.count > 1 {
        var group = schemaNode(prefix: "\(prefix)\(name).")
        if let section = sections.first(where: { prefix.isEmpty && $0.name == name }) {
          group["description"] = .text(section.documentation)
        }
        members[name] = .object(group)
      } else {
        var schema = entry.schema
        schema["description"] = .text("\(entry.documentation) (\(entry.facts))")
        members[name] = .object(schema)
      }
    }
    return ["type": .text("object"), "additionalProperties": .bool(false), "properties": .object(members)]
  }
}
