import Terminal
import Testing

@Suite struct KeyTests {
  @Test func keysOfTerminals() {
    let sent: [(String, [Key])] = [
      ("q", [.character("q")]), ("\u{1B}[A", [.up]), ("\u{1B}OB", [.down]),
      ("\u{1B}[5~\u{1B}[6~", [.pageUp, .pageDown]),
      ("\u{1B}[H\u{1B}[4~", [.home, .end]), ("\u{1B}", [.escape]), ("jk", [.character("j"), .character("k")]),
      // Shift-F5, Alt-q, a cut sequence, Ctrl-Z, a letter with an accent: nothing that a q in them could end.
      ("\u{1B}[15;2~", []), ("\u{1B}q", [.escape, .character("q")]), ("\u{1B}[1;5", []), ("\u{1A}", []), ("é", []),
    ]
    for (text, keys) in sent { #expect(Key.decode(Array(text.utf8)) == keys, "\(text.debugDescription)") }
  }

  @Test func anythingElseIsHarmless() {
    var state: UInt64 = 7
    for _ in 0..<2000 {
      let bytes = (0..<8).map { _ -> UInt8 in
        state = state &* 6_364_136_223_846_793_005 &+ 1
        return UInt8(state >> 56)
      }
      #expect(Key.decode(bytes).count <= bytes.count)
    }
  }
}
