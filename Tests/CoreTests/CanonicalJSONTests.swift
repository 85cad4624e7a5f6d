import Core
import Foundation
import Testing

@Suite struct CanonicalJSONTests {
  func parsed(_ json: CanonicalJSON) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(json.bytes), options: .fragmentsAllowed)
  }

  @Test func structureIsAsWritten() throws {
    var json = CanonicalJSON()
    json.object {
      $0.key("a")
      $0.array {
        $0.value(1)
        $0.value(true)
        $0.value(false)
        $0.null()
        $0.object { _ in }
        $0.array { _ in }
      }
      $0.key("b")
      $0.value(literal: "fixed")
      $0.key("c")
      $0.value(Money(raw: 300_000_000_000_000_000))
      $0.key("d")
      $0.raw(Array("[1,2]".utf8))
      $0.key("e")
      $0.value(-7)
    }
    #expect(json.text == #"{"a":[1,true,false,null,{},[]],"b":"fixed","c":"0.3","d":[1,2],"e":-7}"#)
    #expect(try parsed(json) is [String: Any])
    json.reset()
    json.value(5)
    #expect(json.text == "5")
  }

  @Test(arguments: [
    "plain", "", "a\"b\\c", "line\nbreak\r\n\t", "\u{1B}[31mred\u{1B}[0m", "\u{0}\u{1}\u{1F}\u{7F}", "žluťoučký 🐎",
    "\u{2028}", "{\"injected\":true}",
  ])
  func stringsReadBack(_ text: String) throws {
    var json = CanonicalJSON()
    json.value(text)
    #expect(try parsed(json) as? String == text)
    #expect(json.bytes.allSatisfy { $0 >= 32 && $0 != 127 }, "no control character is left as it is")
  }

  @Test func randomStringsReadBack() throws {
    for seed in UInt64(0)..<500 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest)
      let scalars = (0..<random.below(40)).compactMap { _ in
        Unicode.Scalar(UInt32(random.below(random.below(2) == 0 ? 160 : 0x110000)))
      }
      var text = ""
      text.unicodeScalars.append(contentsOf: scalars)
      var json = CanonicalJSON()
      json.value(text)
      let back = try parsed(json) as? String
      #expect(back.map { Array($0.utf8) } == Array(text.utf8), "seed \(seed)")
    }
  }

  @Test func integersReadBack() throws {
    for number in [0, 1, 9, 10, 99, 100, Int.max, Int.min, -1, 1_234_567_890] {
      var json = CanonicalJSON()
      json.value(number)
      #expect(json.text == String(number))
      #expect((try parsed(json) as? NSNumber)?.int64Value == Int64(number))
    }
    var json = CanonicalJSON()
    json.value(UInt64.max)
    #expect(json.text == "18446744073709551615")
    json.reset()
    json.value(UInt8(7))
    #expect(json.text == "7")
  }

  @Test func floatsReadBackOrAreNull() throws {
    for number in [0.0, -0.0, 0.1, 1e300, Double.leastNonzeroMagnitude, -1.5, 1e16, 123_456_789.123] {
      var json = CanonicalJSON()
      json.value(number)
      #expect((try parsed(json) as? NSNumber)?.doubleValue == number, "\(json.text)")
      json.reset()
      json.value(Float(number))
      if Float(number).isFinite { #expect((try parsed(json) as? NSNumber)?.floatValue == Float(number)) }
    }
    for number in [Double.nan, .infinity, -.infinity] {
      var json = CanonicalJSON()
      json.array {
        $0.value(number)
        $0.value(Float(number))
      }
      #expect(json.text == "[null,null]")
    }
  }

  @Test func equalContentIsEqualBytes() {
    func write() -> [UInt8] {
      var json = CanonicalJSON(capacity: 1)
      json.object {
        $0.key("price")
        $0.value(Price(raw: 1))
      }
      return json.bytes
    }
    #expect(write() == write())
    #expect(String(decoding: write(), as: UTF8.self) == #"{"price":"0.000000001"}"#)
  }
}
