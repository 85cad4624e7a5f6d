/// A settings file of one level: lines of `key: value`, no key unknown.
package enum FlatFile {
  /// One line.
  package struct Entry: Sendable {
    /// Name and text of the value.
    package let key: String, value: String
    /// Line in the file, counted from 1.
    package let line: Int
  }

  /// The entries of a file in their order. Throws every mistake at once, with line, name and the nearest allowed one.
  package static func read(_ bytes: [UInt8], file: String, allowed: [String]) throws(SettingsErrors) -> [Entry] {
    let value = try YAMLValue.read(bytes, file: file)
    var reader = FieldReader(file: file)
    let fields = reader.fields(value, "", line: 1, allowed: allowed)
    var entries: [Entry] = []
    for member in fields.members.values.sorted(by: { $0.line < $1.line }) {
      guard case .scalar(let text, _) = member.value else {
        reader.report(member.key, line: member.line, "is not a single value")
        continue
      }
      entries.append(Entry(key: member.key, value: text, line: member.line))
    }
    guard reader.errors.isEmpty else { throw SettingsErrors(reader.errors) }
    return entries
  }
}
