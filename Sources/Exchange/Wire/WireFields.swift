import Core

/// The members of one object on the wire, read strictly: a member that is missing, of another type or not of the
/// protocol is a fault.
struct WireFields {
  private let tree: JSONTree

  /// Fields of an object that may have no members but `keys`.
  init(_ tree: JSONTree, only keys: [String]) throws(WireFault) {
    guard let members = tree.members else { throw WireFault(.invalid, "not an object") }
    for member in members where !keys.contains(member.key) {
      throw WireFault(.invalid, "no member is called \(member.key.prefix(40))")
    }
    self.tree = tree
  }

  private func fault(_ key: String, _ expected: String) -> WireFault {
    WireFault(.invalid, "\(key): \(tree[key].map { String($0.summary.prefix(40)) } ?? "nothing"), expected \(expected)")
  }

  /// The member as it stands.
  func value(_ key: String) throws(WireFault) -> JSONTree {
    guard let value = tree[key] else { throw fault(key, "a value") }
    return value
  }

  /// Whether the member is missing or null.
  func isNull(_ key: String) -> Bool { tree[key]?.isNull ?? true }

  func text(_ key: String) throws(WireFault) -> String {
    guard let text = tree[key]?.string else { throw fault(key, "a text") }
    return text
  }

  /// A name of a client or an account: letters, digits, `-`, `_` and `.`.
  func name(_ key: String) throws(WireFault) -> String {
    let text = try text(key)
    let isPlain = text.utf8.allSatisfy {
      (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || [45, 46, 95].contains($0)
    }
    guard isPlain, (1...WireLimits.nameBytes).contains(text.utf8.count) else {
      throw fault(key, "1 to \(WireLimits.nameBytes) letters, digits, dots, dashes and underscores")
    }
    return text
  }

  func unsigned(_ key: String) throws(WireFault) -> UInt64 {
    guard let number = tree[key]?.unsigned else { throw fault(key, "a whole number") }
    return number
  }

  func flag(_ key: String) throws(WireFault) -> Bool {
    guard let flag = tree[key]?.bool else { throw fault(key, "true or false") }
    return flag
  }

  func moment(_ key: String) throws(WireFault) -> Timestamp {
    guard let milliseconds = tree[key]?.integer else { throw fault(key, "milliseconds since 1970") }
    let moment = Timestamp(milliseconds: milliseconds)
    guard moment >= .earliest, moment <= .latest else { throw fault(key, "a moment of the years 1 to 9999") }
    return moment
  }

  func decimal<Amount: FixedPoint>(_ key: String) throws(WireFault) -> Amount {
    guard let text = tree[key]?.string, let amount = try? Amount(text) else { throw fault(key, "a decimal as text") }
    return amount
  }

  func choice<Value: RawRepresentable>(_ key: String) throws(WireFault) -> Value where Value.RawValue == String {
    guard let value = try Value(rawValue: text(key)) else { throw fault(key, "one of the protocol's words") }
    return value
  }

  func clientID(_ key: String = "client_id") throws(WireFault) -> ClientOrderID {
    guard let id = try ClientOrderID(text(key)) else { throw fault(key, "a client order id") }
    return id
  }

  func timeframe(_ key: String) throws(WireFault) -> Timeframe {
    guard let timeframe = try Timeframe(text(key)) else { throw fault(key, "a bar length") }
    return timeframe
  }

  /// The elements of an array, each read by `read`.
  func list<Element>(
    _ key: String, atMost limit: Int, _ read: (JSONTree) throws(WireFault) -> Element
  ) throws(WireFault) -> [Element] {
    guard let elements = tree[key]?.array, elements.count <= limit else {
      throw fault(key, "at most \(limit) elements")
    }
    var found: [Element] = []
    found.reserveCapacity(elements.count)
    for element in elements { found.append(try read(element)) }
    return found
  }
}
