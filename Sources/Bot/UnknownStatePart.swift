import Core

/// Saved state that another version of the program wrote, and this one would lose a part of.
package struct UnknownStatePart: Error, Hashable, CustomStringConvertible {
  /// Where the part stands, as `execution.orders[0].venue`.
  package let path: String

  /// An error as given.
  package init(path: String) { self.path = path }

  /// The message, one line.
  package var description: String { "this version does not know \(path), which another version wrote" }
}

extension JSONTree {
  /// The path of the first member that `other` does not have. Values are not compared, and `null` is the same as nothing.
  func firstPart(missingFrom other: JSONTree, path: String = "") -> String? {
    if let members {
      for member in members where !member.value.isNull {
        let place = path.isEmpty ? member.key : "\(path).\(member.key)"
        guard let twin = other[member.key] else { return place }
        if let missing = member.value.firstPart(missingFrom: twin, path: place) { return missing }
      }
    } else if let array {
      let twins = other.array ?? []
      for (index, element) in array.enumerated() {
        guard index < twins.count else { return "\(path)[\(index)]" }
        if let missing = element.firstPart(missingFrom: twins[index], path: "\(path)[\(index)]") { return missing }
      }
    }
    return nil
  }
}
