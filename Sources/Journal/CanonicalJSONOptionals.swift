import Core

extension CanonicalJSON {
  /// A string, or `null`.
  package mutating func optional(_ text: String?) {
    if let text { value(text) } else { null() }
  }

  /// A number, or `null`.
  package mutating func optional(_ number: Double?) {
    if let number { value(number) } else { null() }
  }

  /// A number, or `null`.
  package mutating func optional(_ number: Float?) {
    if let number { value(number) } else { null() }
  }

  /// An exact price as a string, or `null`.
  package mutating func optional(_ price: Price?) {
    if let price { value(price) } else { null() }
  }

  /// An exact measure as a string, or `null`.
  package mutating func optional(_ measure: Measure?) {
    if let measure { value(measure) } else { null() }
  }

  /// An array of numbers, or `null`.
  package mutating func floats(_ numbers: [Float]?) {
    guard let numbers else { return null() }
    array { json in
      for number in numbers { json.value(number) }
    }
  }

  /// Bytes as a string of lower-case hex digits, or `null`.
  package mutating func hex(_ bytes: [UInt8]?) {
    guard let bytes else { return null() }
    let digits: StaticString = "0123456789abcdef"
    var text: [UInt8] = [34]
    text.reserveCapacity(2 * bytes.count + 2)
    for byte in bytes {
      text.append(digits.utf8Start[Int(byte >> 4)])
      text.append(digits.utf8Start[Int(byte & 15)])
    }
    text.append(34)
    raw(text)
  }
}

extension CanonicalJSON {
  /// An array of strings.
  package mutating func strings(_ texts: [String]) {
    array { json in
      for text in texts { json.value(text) }
    }
  }
}
