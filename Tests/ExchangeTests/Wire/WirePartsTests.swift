import Core
import Exchange
import Testing

@Suite struct WirePartsTests {
  @Test func linesAreCutWhateverThePieces() throws {
    let text = Array("one\ntwo\n\nthree\nfo".utf8)
    for size in 1...text.count {
      var buffer = LineBuffer(limit: 10)
      var lines: [String] = []
      for start in stride(from: 0, to: text.count, by: size) {
        buffer.append(text[start..<min(start + size, text.count)])
        while let line = try buffer.next() { lines.append(String(decoding: line, as: UTF8.self)) }
      }
      #expect(lines == ["one", "two", "", "three"], "pieces of \(size)")
      #expect(buffer.count == 2)
    }
  }

  @Test func longLinesEndTheStream() throws {
    var buffer = LineBuffer(limit: 10)
    buffer.append(Array("123456789\n".utf8))
    let first = try buffer.next()
    #expect(first?.count == 9)
    buffer.append(Array("123456789".utf8))
    let second = try buffer.next()
    #expect(second == nil)
    buffer.append(Array("0".utf8))
    #expect(throws: WireFault.self) { try buffer.next() }
    var whole = LineBuffer(limit: 10)
    whole.append(Array("1234567890\n".utf8))
    #expect(throws: WireFault.self) { try whole.next() }
  }

  @Test func onlyThisMachineIsAnAddress() throws {
    #expect(try VenueAddress("unix:/run/x.sock") == .unix(path: "/run/x.sock"))
    #expect(try VenueAddress("tcp:127.0.0.1:7700") == .loopback(port: 7700))
    #expect(try VenueAddress("tcp:127.0.0.1:7700").description == "tcp:127.0.0.1:7700")
    for text in [
      "", "x", "unix:", "unix:" + String(repeating: "a", count: 108), "unix:a\0b", "tcp:0.0.0.0:7700", "tcp:10.0.0.1:1",
      "tcp:localhost:1", "tcp:127.0.0.1", "tcp:127.0.0.1:", "tcp:127.0.0.1:65536", "tcp:127.0.0.1:+1", "tcp:[::]:1",
      "tcp:127.0.0.1.example.org:1",
    ] {
      #expect(throws: WireFault.self, "\(text)") { try VenueAddress(text) }
    }
  }

  @Test func theAllowanceFillsAgain() {
    var allowance = RateAllowance(perSecond: 10, burst: 3, at: 0)
    var taken: [Bool] = []
    // A clock that goes back gives nothing, and a long pause no more than the burst.
    for moment in [0, 0, 0, 0, 99_999_999, 100_000_000, 100_000_000, 0, .max, .max, .max, .max] as [UInt64] {
      taken.append(allowance.take(at: moment))
    }
    #expect(taken == [true, true, true, false, false, true, false, false, true, true, true, false])
  }

  @Test func faultsAreReadStrictlyAndRepeat() throws {
    for text in ["drop", "drop=", "drop=-1", "drop=10001", "fly=1", "drop=1=2"] {
      #expect(throws: WireFault.self, "\(text)") { try ServeFaults(text, seed: 1) }
    }
    var one = try ServeFaults("drop=2000,delay=2000,unknown=2000,duplicate=3000,disorder=3000", seed: 5)
    var other = one
    let first = (0..<500).map { _ in one.nextAnswer() }
    let second = (0..<500).map { _ in other.nextAnswer() }
    #expect(first == second)
    for fault in [ServeFaults.AnswerFault.drop, .delay, .unknownDone, .unknownNotDone] {
      #expect(first.contains(fault))
    }
    #expect(one.played["drop", default: 0] > 50)
    var none = try ServeFaults("", seed: 5)
    let quiet = (0..<100).map { _ in none.nextAnswer() == nil && none.nextReport() == nil }
    #expect(quiet.allSatisfy { $0 })
  }
}
