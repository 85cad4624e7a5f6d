/// A reader of markup that is strict: every tag is closed in its order, attributes are quoted and named once, and no text
/// holds a bare mark. Contents of `script` and `style` are taken as they are.
struct MarkupChecker {
  /// What is wrong, with where.
  private(set) var faults: [String] = []
  /// Elements by name, and all attributes.
  private(set) var elements: [String: Int] = [:]
  private(set) var attributes: [(element: String, name: String, value: String)] = []
  /// All ids.
  var ids: [String] { attributes.filter { $0.name == "id" }.map(\.value) }

  private let bytes: [UInt8]
  private var place = 0
  private var open: [String] = []

  init(_ text: String) {
    let whole = text.hasPrefix("<!DOCTYPE html>\n") ? text.dropFirst("<!DOCTYPE html>\n".count) : text[...]
    bytes = Array(whole.utf8)
    while place < bytes.count, faults.count < 10 { step() }
    if !open.isEmpty { faults.append("not closed: \(open)") }
  }

  private mutating func step() {
    if bytes[place] == UInt8(ascii: "<") { return tag() }
    let start = place
    while place < bytes.count, bytes[place] != UInt8(ascii: "<") { place += 1 }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    if open.isEmpty, text.contains(where: { !$0.isWhitespace }) { faults.append("text outside: \(text)") }
    check(text, "text")
  }

  private mutating func check(_ text: String, _ what: String) {
    if text.contains(">") { faults.append("\(what) with a bare mark: \(text.prefix(80))") }
    var rest = text[...]
    while let mark = rest.firstIndex(of: "&") {
      let end = rest[mark...].prefix(8).firstIndex(of: ";")
      let name = end.map { String(rest[mark...$0]) }
      if !["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"].contains(name) {
        faults.append("\(what): \(rest[mark...].prefix(12))")
      }
      rest = rest[rest.index(after: mark)...]
    }
  }

  private mutating func tag() {
    guard let end = bytes[place...].firstIndex(of: UInt8(ascii: ">")) else {
      faults.append("a tag without an end at byte \(place)")
      place = bytes.count
      return
    }
    var inside = String(decoding: bytes[(place + 1)..<end], as: UTF8.self)
    place = end + 1
    if inside.hasPrefix("/") {
      let name = String(inside.dropFirst())
      if open.popLast() != name { faults.append("</\(name)> closes nothing that is open") }
      return
    }
    let isLeaf = inside.hasSuffix("/")
    if isLeaf { inside.removeLast() }
    let name = String(inside.prefix { $0 != " " })
    if name.isEmpty || !name.allSatisfy({ $0.isLetter || $0.isNumber }) {
      faults.append("no name: <\(inside.prefix(40))>")
    }
    elements[name, default: 0] += 1
    read(inside.dropFirst(name.count), of: name)
    guard !isLeaf else { return }
    guard name == "script" || name == "style" else { return open.append(name) }
    let close = Array("</\(name)>".utf8)
    while place < bytes.count, !bytes[place...].starts(with: close) { place += 1 }
    place += close.count
    if place > bytes.count { faults.append("<\(name)> is not closed") }
  }

  private mutating func read(_ text: Substring, of element: String) {
    var rest = text
    var names: Set<String> = []
    while let start = rest.firstIndex(where: { $0 != " " }) {
      rest = rest[start...]
      guard let sign = rest.firstRange(of: "=\""), let end = rest[sign.upperBound...].firstIndex(of: "\"") else {
        faults.append("<\(element)>: an attribute without a quoted value: \(rest.prefix(40))")
        return
      }
      let (name, value) = (String(rest[..<sign.lowerBound]), String(rest[sign.upperBound..<end]))
      if !names.insert(name).inserted { faults.append("<\(element)>: \(name) twice") }
      check(value, "\(element)/\(name)")
      attributes.append((element, name, value))
      rest = rest[rest.index(after: end)...]
    }
  }
}
