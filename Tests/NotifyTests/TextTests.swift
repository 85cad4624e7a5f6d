import Notify
import Testing

@Suite struct TextTests {
  @Test(arguments: [
    ("a\nb", "a b"), ("a\r\nSubject: x", "a  Subject: x"), ("\u{1b}[31mred\u{1b}[0m", " [31mred [0m"),
    ("nul\0", "nul "),
    ("right\u{202e}left", "right left"), ("zero\u{200b}width", "zero width"), ("line\u{2028}end", "line end"),
    ("Grüße → 25 %", "Grüße → 25 %"),
  ]) func aLineIsOneLineThatHidesNothing(_ text: String, _ shown: String) {
    #expect(NoticeText.line(text) == shown)
  }

  @Test func lengthHasAnEndHoweverItIsMade() {
    #expect(NoticeText.line(String(repeating: "x", count: 100_000)).count == NoticeText.lineLimit)
    // One character of ten thousand scalars.
    let stacked = "a" + String(repeating: "\u{301}", count: 10_000)
    #expect(NoticeText.line(stacked).unicodeScalars.count <= NoticeText.lineLimit)
    #expect(NoticeText.report("a\nb\u{7}c") == "a\nb c")
  }

  @Test func secretsAreTakenOut() {
    #expect(NoticeText.redacted("GET /bot12:secret/x, secret", ["12:secret"]) == "GET /bot***/x, secret")
    // Nothing would be left of a text without every short word.
    #expect(NoticeText.redacted("a b c", ["b", ""]) == "a b c")
  }
}
