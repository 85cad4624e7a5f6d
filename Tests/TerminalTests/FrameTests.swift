import Terminal
import Testing

@Suite struct FrameTests {
  @Test func onlyWhatChangedIsSent() {
    var frame = Frame()
    let first = frame.update(["a", "b", "c"], columns: 80, rows: 24)
    #expect(first == "\u{1B}[2J\u{1B}[1;1H\u{1B}[2Ka\u{1B}[2;1H\u{1B}[2Kb\u{1B}[3;1H\u{1B}[2Kc")
    #expect(frame.update(["a", "b", "c"], columns: 80, rows: 24).isEmpty)
    #expect(frame.update(["a", "B", "c"], columns: 80, rows: 24) == "\u{1B}[2;1H\u{1B}[2KB")
    #expect(frame.update(["a"], columns: 80, rows: 24) == "\u{1B}[2;1H\u{1B}[J")
    // Another size: the terminal may have moved everything.
    #expect(frame.update(["a"], columns: 60, rows: 24) == "\u{1B}[2J\u{1B}[1;1H\u{1B}[2Ka")
  }
}
