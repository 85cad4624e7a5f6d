/// Settings while they are put together.
struct SettingsAssembly {
  let file: String?
  var settings = BotSettings()
  var origins: [String: SettingOrigin]
  var errors: [SettingsError] = []
  /// Names whose last value was refused: no second error follows from them.
  private var refused: Set<String> = []

  init(file: String?) {
    self.file = file
    origins = Dictionary(uniqueKeysWithValues: SettingsSchema.entries.map { ($0.name, .default) })
  }

  private mutating func assign(_ raw: RawSetting, to entry: SettingsEntry, from origin: SettingOrigin) {
    origins[entry.name] = origin
    guard let problem = entry.assign(raw, &settings) else {
      refused.remove(entry.name)
      return
    }
    refused.insert(entry.name)
    report(
      entry.name, raw.text, problem.message, origin: origin, range: problem.showsRange ? entry.range : "")
  }

  private mutating func report(
    _ key: String, _ value: String?, _ problem: String, origin: SettingOrigin, range: String = "",
    suggestion: String? = nil
  ) {
    var isOfFile = false
    if case .file = origin { isOfFile = true }
    errors.append(
      SettingsError(
        file: isOfFile ? file ?? "settings" : nil, origin: origin, key: key, value: value, problem: problem,
        range: range, suggestion: suggestion))
  }

  /// Takes the content of a file.
  mutating func take(_ document: YAMLValue) {
    guard case .map(let sections) = document else {
      report("", nil, "the file is not a map of sections such as `risk:`", origin: .file(line: 1))
      return
    }
    take(sections, prefix: "")
  }

  private mutating func take(_ members: [YAMLValue.Member], prefix: String) {
    for member in members {
      let name = prefix.isEmpty ? member.key : "\(prefix).\(member.key)"
      let origin = SettingOrigin.file(line: member.line)
      if let entry = SettingsSchema.entry(named: name) {
        assign(RawSetting(member.value), to: entry, from: origin)
      } else if SettingsSchema.groups.contains(name) {
        switch member.value {
        case .map(let nested): take(nested, prefix: name)
        // A section of which every line is commented out.
        case .scalar("", isQuoted: false): continue
        default: report(name, RawSetting(member.value).text, "is a section, not a value", origin: origin)
        }
      } else {
        reportUnknown(name, origin: origin)
      }
    }
  }

  private mutating func reportUnknown(_ name: String, origin: SettingOrigin) {
    // The search costs a while; nobody reads the hints of errors beyond the capacity.
    let nearest = errors.count < SettingsErrors.capacity ? SettingsSchema.nearestName(to: name) : nil
    report(name, nil, "there is no such setting", origin: origin, suggestion: nearest)
  }

  /// Takes environment variables.
  mutating func take(environment: [String: String]) {
    for (name, value) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("HRMBOT_") {
      if let index = SettingsSchema.byEnvironmentName[name] {
        assign(.scalar(value, .outsideFile), to: SettingsSchema.entries[index], from: .environment(name: name))
      } else if SettingsSchema.isMeantAsSetting(name) {
        let nearest = EditDistance.nearest(to: name, among: SettingsSchema.environmentNames)
        report("", nil, "there is no such setting", origin: .environment(name: name), suggestion: nearest)
      }
    }
  }

  /// Takes values of the command line.
  mutating func take(overrides: [(key: String, value: String)]) {
    var seen: Set<String> = []
    for (key, value) in overrides {
      guard let entry = SettingsSchema.entry(named: key) else {
        reportUnknown(key, origin: .flag)
        continue
      }
      guard seen.insert(key).inserted else {
        report(key, value, "is given twice; keep one", origin: .flag)
        continue
      }
      assign(.scalar(value, .outsideFile), to: entry, from: .flag)
    }
  }

  /// Checks the rules between values.
  mutating func crossCheck() {
    for check in CrossCheck.all where !refused.contains(check.key) && !refused.contains(check.other) {
      guard !check.holds(settings), let entry = SettingsSchema.entry(named: check.key),
        let other = SettingsSchema.entry(named: check.other)
      else { continue }
      // The one of the two that somebody wrote last is where to look.
      let own = origins[check.key] ?? .default, theirs = origins[check.other] ?? .default
      report(
        check.key, entry.text(in: settings), "\(check.problem) \(check.other) = \(other.text(in: settings))",
        origin: own == .default ? theirs : own)
    }
  }
}

extension SettingsSchema {
  /// Sections and nested sections.
  static let groups: Set<String> = {
    var groups: Set<String> = []
    for entry in entries {
      var parts = entry.name.split(separator: ".")
      parts.removeLast()
      while !parts.isEmpty {
        groups.insert(parts.joined(separator: "."))
        parts.removeLast()
      }
    }
    return groups
  }()

  static let environmentNames = entries.map(\.environmentName)

  /// The nearest full name of a value or a section.
  package static func nearestName(to name: String) -> String? {
    let names = entries.map(\.name)
    if let near = EditDistance.nearest(to: name, among: names + groups.sorted()),
      near.contains(".") == name.contains(".")
    {
      let distance = EditDistance.between(name, near)
      if distance <= 2 { return near }
    }
    // Perhaps the right key in the wrong section.
    let last = name.split(separator: ".").last.map { String($0) } ?? name
    let leaves = entries.map { $0.name.split(separator: ".").last.map { String($0) } ?? "" }
    if let leaf = EditDistance.nearest(to: last, among: leaves), let index = leaves.firstIndex(of: leaf),
      EditDistance.between(last, leaf) <= 1
    {
      return names[index]
    }
    return EditDistance.nearest(to: name, among: names + groups.sorted())
  }

  /// Variables that are not settings but places and logging.
  private static let reserved: Set<String> = ["HRMBOT_HOME", "HRMBOT_DATA", "HRMBOT_CONTROL"]

  /// Whether an unknown variable was meant to set something: it begins with a section's name, or is nearly a known one.
  static func isMeantAsSetting(_ name: String) -> Bool {
    guard !reserved.contains(name), !name.hasPrefix("HRMBOT_LOG") else { return false }
    let rest = name.dropFirst("HRMBOT_".count)
    if sections.contains(where: { rest == $0.name.uppercased() || rest.hasPrefix("\($0.name.uppercased())_") }) {
      return true
    }
    return environmentNames.contains { EditDistance.between(name, $0) <= 3 }
  }
}
