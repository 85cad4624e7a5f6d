import Core

/// A JSON value whose keys are only known at run time; written with sorted keys.
indirect enum JSONTree: Sendable {
  case object([String: JSONTree])
  case array([JSONTree])
  case text(String)
  case bool(Bool)
  case null
  /// JSON that is written as it is, for example a number.
  case literal(String)

  /// The canonical bytes.
  var bytes: [UInt8] {
    var json = CanonicalJSON()
    write(to: &json)
    return json.bytes
  }

  private func write(to json: inout CanonicalJSON) {
    switch self {
    case .object(let members):
      json.object { json in
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
          json.raw(JSONTree.text(name).bytes + [58] + value.bytes)
        }
      }
    case .array(let elements):
      json.array { json in
        for element in elements { json.raw(element.bytes) }
      }
    case .text(let text): json.value(text)
    case .bool(let flag): json.value(flag)
    case .null: json.null()
    case .literal(let text): json.raw(Array(text.utf8))
    }
  }
}
