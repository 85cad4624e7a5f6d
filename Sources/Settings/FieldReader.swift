/// Reads maps of fields and gathers what is wrong with them.
struct FieldReader {
  /// The fields of one map.
  struct Fields {
    /// Full name of the map, for example `instruments.BTCUSDT`.
    var name: String
    var line: Int
    var members: [String: YAMLValue.Member] = [:]
  }

  let file: String
  var errors: [SettingsError] = []

  init(file: String) { self.file = file }

  /// Notes an error.
  mutating func report(
    _ name: String, line: Int, _ problem: String, value: String? = nil, range: String = "", suggestion: String? = nil
  ) {
    errors.append(
      SettingsError(
        file: file, origin: .file(line: line), key: name, value: value, problem: problem, range: range,
        suggestion: suggestion))
  }

  /// The fields of a map; any name outside `allowed` is an error. nil `allowed`: every name is.
  mutating func fields(_ value: YAMLValue, _ name: String, line: Int, allowed: [String]?) -> Fields {
    var fields = Fields(name: name, line: line)
    guard case .map(let members) = value else {
      report(name, line: line, "is not a map of `key: value` lines", value: RawSetting(value).text)
      return fields
    }
    for member in members {
      if let allowed, !allowed.contains(member.key) {
        // Nobody reads the hints of errors beyond the capacity.
        let isShown = errors.count < SettingsErrors.capacity
        report(
          join(name, member.key), line: member.line, "there is no such setting",
          suggestion: isShown ? EditDistance.nearest(to: member.key, among: allowed) : nil)
      } else {
        fields.members[member.key] = member
      }
    }
    return fields
  }

  /// The value of a field; nil when it is missing or wrong. A missing one is an error if `isRequired`.
  mutating func read<Value>(
    _ key: String, of fields: Fields, as codec: SettingCodec<Value>, isRequired: Bool = false
  ) -> Value? {
    guard let member = fields.members[key] else {
      if isRequired { report(join(fields.name, key), line: fields.line, "is missing") }
      return nil
    }
    let raw = RawSetting(member.value)
    switch codec.parse(raw) {
    case .success(let value): return value
    case .failure(let problem):
      report(
        join(fields.name, key), line: member.line, problem.message, value: raw.text,
        range: problem.showsRange ? codec.range : "")
      return nil
    }
  }

  private func join(_ name: String, _ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }
}
