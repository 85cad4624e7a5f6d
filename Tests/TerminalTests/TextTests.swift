import Core
import Terminal
import Testing

@Suite struct TextTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("µ█→…", 4), ("日本", 4), ("e\u{301}", 1), ("👍", 2), ("\u{301}", 0),
  ])
  func columns(text: String, width: Int) { #expect(TextWidth.columns(text) == width) }

  @Test func aLineIsCutWhereTheColumnsEnd() {
    var line = StyledLine("hrmbot ", .bold)
    line.add("日本語", .good)
    #expect(line.columns == 13)
    #expect(line.fitted(to: 13) == line)
    for limit in 0..<13 { #expect(line.fitted(to: limit).columns <= limit) }
    #expect(Painter(hasColour: false).text(line.fitted(to: 10)) == "hrmbot 日…")
    #expect(line.fitted(to: 0) == StyledLine())
  }

  /// A reason that somebody else wrote could otherwise clear the screen or forge a line of it.
  @Test func whatATerminalWouldObeyIsNotShown() {
    let hostile = StyledLine("a\u{1B}[2Jb\nc\rd\u{7}e\u{9B}31mf\u{202E}g\u{2028}h\u{200B}i")
    let text = Painter(hasColour: false).text(hostile)
    #expect(text == "a?[2Jb?c?d?e?31mf?g?h?i")
  }

  @Test func coloursOnlyWhereTheyAreWanted() {
    var line = StyledLine(" PAPER ", .badge(6))
    line.add(" bad", .bad)
    #expect(Painter(hasColour: false).text(line) == "[PAPER] bad")
    #expect(Painter(hasColour: true).text(line) == "\u{1B}[7;36m PAPER \u{1B}[0m\u{1B}[1;31m bad\u{1B}[0m")
  }

  @Test func withoutUnicodeNothingMoves() {
    let line = StyledLine("█░·→…µ↑↓ü")
    let text = Painter(hasColour: false, isUnicode: false).text(line)
    #expect(text == "#.|>~u^v?")
    #expect(TextWidth.columns(text) == line.columns)
  }

  @Test func amounts() throws {
    let cases = [
      ("0", "0.00"), ("1234567.895", "1,234,567.90"), ("-0.005", "0.00"), ("-999.999", "-1,000.00"),
      ("170141183460469231731.6", "170,141,183,460,469,231,731.60"),
    ]
    for (exact, text) in cases {
      #expect(AmountText.cents(try Money(exact)) == text)
    }
  }
}
