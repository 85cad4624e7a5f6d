/// A key that a screen understands.
package enum Key: Sendable, Equatable {
  case character(Character)
  case up, down, pageUp, pageDown, home, end, escape

  /// The keys in what a terminal sent. An unknown sequence is one key that nobody listens to, not its letters.
  package static func decode(_ bytes: [UInt8]) -> [Key] {
    var (keys, rest): ([Key], ArraySlice<UInt8>) = ([], bytes[...])
    while let first = rest.popFirst() {
      if first == 0x1B {
        guard let next = rest.first, next == 0x5B || next == 0x4F else {
          keys.append(.escape)
          continue
        }
        rest.removeFirst()
        let parameters = rest.prefix { !(0x40...0x7E).contains($0) }
        rest = rest.dropFirst(parameters.count)
        guard let last = rest.popFirst() else { break }
        if let key = sequence(last, String(decoding: parameters, as: UTF8.self)) { keys.append(key) }
      } else if (0x20..<0x7F).contains(first) {
        keys.append(.character(Character(UnicodeScalar(first))))
      }
    }
    return keys
  }

  private static func sequence(_ last: UInt8, _ parameters: String) -> Key? {
    switch (last, parameters) {
    case (0x41, _): .up
    case (0x42, _): .down
    case (0x48, _), (0x7E, "1"), (0x7E, "7"): .home
    case (0x46, _), (0x7E, "4"), (0x7E, "8"): .end
    case (0x7E, "5"): .pageUp
    case (0x7E, "6"): .pageDown
    default: nil
    }
  }
}
