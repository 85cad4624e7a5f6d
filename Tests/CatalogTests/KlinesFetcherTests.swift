import Catalog
import Core
import Foundation
import Loopback
import Synchronization
import Testing
import Transport

/// Fetches from a server on this machine; time is a number that waiting moves.
@Suite struct KlinesFetcherTests {
  /// Answers in order, then pages of the generated market up to `last`.
  private final class Exchange: Sendable {
    private let troubles: Mutex<[LoopbackServer.Reply]>
    private let last: Int

    init(_ troubles: [LoopbackServer.Reply], last: Int) {
      self.troubles = Mutex(troubles)
      self.last = last
    }

    static func reply(_ body: [UInt8], status: String = "200 OK", headers: String = "") -> String {
      "HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.count)\r\n\r\n" + String(decoding: body, as: UTF8.self)
    }

    func answer(_ request: String) -> LoopbackServer.Reply {
      if let trouble = troubles.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return trouble }
      let start = request.split(separator: "startTime=").last?.prefix { $0.isNumber }
      let end = request.split(separator: "endTime=").last?.prefix { $0.isNumber }
      let first = (Int(start ?? "") ?? 0) - Int(KlinesFetchTests.start.milliseconds)
      let last = min(last, ((Int(end ?? "") ?? 0) - Int(KlinesFetchTests.start.milliseconds)) / 3_600_000 + 1)
      let from = (first + 3_599_999) / 3_600_000
      // Hours 1500 to 1519 are missing, and every page but the first begins with a bar that is known.
      let hours = (max(0, from - 1)..<min(max(0, from - 1) + 1000, last)).filter { !(1500..<1520).contains($0) }
      guard from < last else { return .reply(Self.reply(Array("[]".utf8))) }
      return .reply(Self.reply(KlinesFetchTests.page(hours), headers: "X-MBX-USED-WEIGHT-1M: 2\r\n"))
    }
  }

  private final class Clock {
    var now = KlinesFetchTests.start.adding(milliseconds: 1_000_000 * 3_600_000)
    var waited: [Int64] = []
  }

  private func fetch(
    _ place: TemporaryPlace, _ server: LoopbackServer, _ clock: Clock = Clock(), hours: Int = 2500
  ) throws -> KlinesFetcher.Outcome {
    let world = KlinesFetcher.World(
      now: { clock.now },
      sleep: {
        clock.waited.append($0)
        clock.now = clock.now.adding(milliseconds: $0)
      })
    let fetcher = KlinesFetcher(
      place.catalog, client: HTTPClient(userAgent: "test"), baseAddress: server.address, world: world)
    return try fetcher.run(try KlinesFetchTests.plan(hours: hours), seed: 1)
  }

  private func partials(_ place: TemporaryPlace) -> [String] {
    let directory = place.catalog.directory + "/binance"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.filter { $0.hasSuffix(".partial") }.map { "\(directory)/\($0)" }
  }

  @Test func aFetchBringsAllBarsThroughAllTroubles() throws {
    let page = KlinesFetchTests.page(0..<1000)
    let full = Exchange.reply(page)
    let exchange = Exchange(
      [
        .reply(Exchange.reply([], status: "429 Too Many", headers: "Retry-After: 3\r\n")),
        .reply(Exchange.reply(Array("oops".utf8), status: "500 Broken")),
        .cut(String(full.prefix(full.count / 2))), .reply(Exchange.reply(Array("{\"a\":1}".utf8))),
        .reply(Exchange.reply(Array(page.dropLast(30)))),
      ], last: 2500)
    let server = try LoopbackServer { exchange.answer($0) }
    let place = try TemporaryPlace()
    let clock = Clock()
    let outcome = try fetch(place, server, clock)
    #expect(outcome.fetched == 2480 && outcome.resumed == 0 && outcome.failures == 4 && outcome.pauses == 1)
    #expect(clock.waited.count == 5 && clock.waited[0] == 3000)
    #expect(outcome.entry.count == 2480 && outcome.entry.quality.missingBars == 20)
    #expect(outcome.entry.name == "binance/BTCUSDT:1h" && partials(place).isEmpty)
    let bars = drain(try place.catalog.open(try place.catalog.resolve("BTCUSDT")[0], instrument: btc))
    let hours = (0..<1500).map { $0 } + (1520..<2500).map { $0 }
    #expect(
      bars.map(\.openTime.milliseconds) == hours.map { KlinesFetchTests.start.milliseconds + Int64($0) * 3_600_000 })
    #expect(bars.map(\.volume.description) == hours.map { "\($0).25" })
  }

  @Test func whatWasFetchedIsNotFetchedAgain() throws {
    let place = try TemporaryPlace()
    let page = Exchange.reply(KlinesFetchTests.page(0..<1000))
    let ban = Exchange.reply([], status: "418 Banned", headers: "Retry-After: 99999\r\n")
    let banned = Exchange([.reply(page), .reply(ban)], last: 2500)
    let first = try LoopbackServer { banned.answer($0) }
    #expect {
      _ = try fetch(place, first)
    } throws: {
      "\($0)".contains("1000 bars are kept") && "\($0)".contains("99999 seconds")
    }
    let partial = try #require(partials(place).first)
    // As a crash in the middle of a line leaves it.
    let handle = try #require(FileHandle(forWritingAtPath: partial))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("17030064000".utf8))
    try handle.close()
    let exchange = Exchange([], last: 2500)
    let second = try LoopbackServer { exchange.answer($0) }
    let outcome = try fetch(place, second)
    #expect(outcome.resumed == 1000 && outcome.fetched == 1480 && outcome.entry.count == 2480)
    #expect(second.requests.first?.contains("startTime=1703606400000") == true, "\(second.requests)")
    #expect(partials(place).isEmpty)
  }

  @Test func aPartialFileThatWasAlteredIsRefused() throws {
    let place = try TemporaryPlace()
    let ban = Exchange.reply([], status: "418 Banned", headers: "Retry-After: 99999\r\n")
    let banned = Exchange([.reply(Exchange.reply(KlinesFetchTests.page(0..<1000))), .reply(ban)], last: 2500)
    let server = try LoopbackServer { banned.answer($0) }
    #expect(throws: CatalogError.self) { _ = try fetch(place, server) }
    let partial = try #require(partials(place).first)
    let text = try String(contentsOfFile: partial, encoding: .utf8)
    for altered in [text + "x,1,1,1,1,1\n", text + "1700006400000,1,1,1,1,1\n", String(text.dropFirst(3))] {
      try altered.write(toFile: partial, atomically: true, encoding: .utf8)
      #expect(throws: (any Error).self) { _ = try fetch(place, server) }
    }
  }

  @Test func fetchesAddUp() throws {
    let place = try TemporaryPlace()
    let exchange = Exchange([], last: 2500)
    let server = try LoopbackServer { exchange.answer($0) }
    #expect(try fetch(place, server, hours: 300).entry.count == 300)
    let outcome = try fetch(place, server, hours: 900)
    #expect(outcome.entry.count == 900 && outcome.entry.origins.count == 2)
    #expect(try place.catalog.entries() == [outcome.entry] && place.barFiles.count == 1)
  }

  @Test func nothingIsNoSeries() throws {
    let place = try TemporaryPlace()
    let server = try LoopbackServer { _ in .reply(Exchange.reply(Array("[]".utf8))) }
    #expect {
      _ = try fetch(place, server)
    } throws: {
      ($0 as? CatalogError)?.kind == .missing
    }
    #expect(partials(place).isEmpty && place.barFiles.isEmpty)
  }

  private static let fixture = (ProcessInfo.processInfo.environment["HRMBOT_DATA"] ?? "") + "/../fixtures/binance"

  /// Rows as the exchange's documentation has them.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: fixture), "no fixtures beside HRMBOT_DATA"))
  func documentedAnswersAreRead() throws {
    let text = try Data(contentsOf: URL(fileURLWithPath: Self.fixture + "/rest-responses.json"))
    let cases = try #require(try JSONTree.parse(Array(text))["cases"]?.array)
    let rows = try #require(cases.first { $0["path"]?.string == "/api/v3/klines" }?["response"])
    guard case .array(let bars, let place) = rows else { return }
    let body = Array(Array(text)[place])
    let plan = try KlinesPlan(
      market: .spot, symbol: "BTCUSDT", timeframe: .oneMinute, from: Timestamp(milliseconds: 1_700_000_000_000),
      to: Timestamp(milliseconds: 1_700_001_000_000))
    var fetch = KlinesFetch(plan, seed: 1)
    let answer = KlinesFetch.Answer.response(status: 200, retryAfter: nil, usedWeight: nil, body: body)
    let read = fetch.receive(answer, now: Timestamp(milliseconds: 1_800_000_000_000))
    #expect(read.count == bars.count && read.first?.close.description == "59968")
  }
}
