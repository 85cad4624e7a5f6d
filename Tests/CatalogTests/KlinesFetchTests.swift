import Catalog
import Core
import Testing

@Suite struct KlinesFetchTests {
  static let start = Timestamp(milliseconds: 1_700_006_400_000)

  static func plan(hours: Int = 2500) throws -> KlinesPlan {
    try KlinesPlan(
      market: .spot, symbol: "BTCUSDT", timeframe: .oneHour, from: start,
      to: start.adding(milliseconds: Int64(hours) * 3_600_000))
  }

  /// A bar as Binance writes it; `hour` counts from `start`.
  static func kline(_ hour: Int) -> String {
    let open = start.milliseconds + Int64(hour) * 3_600_000
    return "[\(open),\"10.5\",\"12.00\",\"9\",\"11\",\"\(hour).25\",\(open + 3_599_999),\"1\",5,\"1\",\"1\",\"0\"]"
  }

  static func page(_ hours: some Sequence<Int>) -> [UInt8] {
    Array(("[" + hours.map { kline($0) }.joined(separator: ",") + "]").utf8)
  }

  private let late = Self.start.adding(milliseconds: 1_000_000 * 3_600_000)

  private func ok(_ body: [UInt8], weight: Int? = nil) -> KlinesFetch.Answer {
    .response(status: 200, retryAfter: nil, usedWeight: weight, body: body)
  }

  private func ask(_ hour: Int) throws -> KlinesFetch.Step {
    .ask(try Self.plan().query(from: Self.start.adding(milliseconds: Int64(hour) * 3_600_000)))
  }

  @Test func pagesFollowOneAnother() throws {
    var fetch = KlinesFetch(try Self.plan(), seed: 1)
    #expect(try fetch.step(now: late) == ask(0))
    #expect(
      fetch.step(now: late)
        == .ask("/api/v3/klines?symbol=BTCUSDT&interval=1h&startTime=1700006400000&endTime=1709006399999&limit=1000"))
    #expect(fetch.receive(ok(Self.page(0..<1000)), now: late).count == 1000)
    #expect(try fetch.step(now: late) == ask(1000))
    // Three rows of before come again, one twice, and two hours are missing.
    let bars = fetch.receive(ok(Self.page([998, 999, 1000, 1000] + Array(1003..<2400))), now: late)
    #expect(bars.count == 1398 && fetch.repeated == 3)
    #expect(try fetch.step(now: late) == ask(2400))
    #expect(fetch.receive(ok(Self.page(2400..<2500)), now: late).count == 100)
    #expect(fetch.step(now: late) == .done)
    #expect(fetch.failures == 0 && fetch.pauses == 0 && fetch.bars == 2498)
  }

  @Test func theDataEndWhereNothingFollowsOrThePresentIs() throws {
    var fetch = KlinesFetch(try Self.plan(), seed: 1)
    _ = fetch.receive(ok(Self.page(0..<10)), now: late)
    #expect(fetch.receive(ok(Self.page([])), now: late).isEmpty)
    #expect(fetch.step(now: late) == .done)
    var present = KlinesFetch(try Self.plan(), seed: 1)
    let now = Self.start.adding(milliseconds: 5 * 3_600_000 + 1)
    #expect(present.receive(ok(Self.page(0..<6)), now: now).count == 5, "the bar that is not closed is left out")
    #expect(present.step(now: now) == .done)
    var none = KlinesFetch(try Self.plan(), seed: 1)
    #expect(none.step(now: Self.start) == .done)
  }

  @Test(arguments: [
    (429, Int64?(7), Int64(7000)), (429, nil, 60_000), (418, 300, 300_000), (418, nil, 120_000), (429, -5, 1000),
  ])
  func silenceIsKept(status: Int, retryAfter: Int64?, wait: Int64) throws {
    var fetch = KlinesFetch(try Self.plan(), seed: 1)
    let answer = KlinesFetch.Answer.response(status: status, retryAfter: retryAfter, usedWeight: nil, body: [])
    #expect(fetch.receive(answer, now: late).isEmpty && fetch.pauses == 1)
    #expect(fetch.step(now: late) == .wait(milliseconds: wait))
    #expect(fetch.step(now: late.adding(milliseconds: wait - 1)) == .wait(milliseconds: 1))
    #expect(try fetch.step(now: late.adding(milliseconds: wait)) == ask(0))
  }

  @Test func aLongBanEndsTheFetch() throws {
    var fetch = KlinesFetch(try Self.plan(), seed: 1)
    _ = fetch.receive(.response(status: 418, retryAfter: 259_200, usedWeight: nil, body: []), now: late)
    #expect(fetch.step(now: late) == .failed("the exchange wants silence for 259200 seconds (status 418)"))
  }

  @Test func theWeightOfTheMinuteIsSpared() throws {
    var fetch = KlinesFetch(try Self.plan(), seed: 1)
    let now = Timestamp(milliseconds: late.milliseconds / 60_000 * 60_000 + 20_000)
    _ = fetch.receive(ok(Self.page(0..<10), weight: 4799), now: now)
    #expect(try fetch.step(now: now) == ask(10))
    _ = fetch.receive(ok(Self.page(10..<20), weight: 4800), now: now)
    #expect(fetch.step(now: now) == .wait(milliseconds: 40_500) && fetch.bars == 20)
  }

  @Test func failuresAreRepeatedWithPausesThatGrowAndEnd() throws {
    let bad: [KlinesFetch.Answer] = [
      .response(status: 500, retryAfter: nil, usedWeight: nil, body: []), .failure("broken", isTransient: true),
      ok(Array("<html>".utf8)), ok(Array("{}".utf8)), ok(Array("[[1]]".utf8)), ok(Self.page([5, 4])),
      ok(Self.page([3000])), ok(Array("[[1700006400000,\"1\",\"2\",\"3\",\"1\",\"1\",1700009999999]]".utf8)),
      ok(Array("[[1700006400001,\"1\",\"1\",\"1\",\"1\",\"1\",1700010000000]]".utf8)),
      ok(Array("[[1700006400000,\"NaN\",\"1\",\"1\",\"1\",\"1\",1700009999999]]".utf8)),
      ok(Array(Self.page(0..<50).dropLast(20))),
    ]
    for seed in UInt64(0)..<50 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest)
      var fetch = KlinesFetch(try Self.plan(), seed: seed)
      var now = late
      var waits: [Int64] = []
      while true {
        let step = fetch.step(now: now)
        if case .wait(let milliseconds) = step {
          waits.append(milliseconds)
          now = now.adding(milliseconds: milliseconds)
        } else if case .failed(let reason) = step {
          #expect(reason.contains("8 failures in a row"), "seed \(seed): \(reason)")
          break
        } else {
          #expect(fetch.receive(bad[random.below(bad.count)], now: now).isEmpty, "seed \(seed)")
        }
      }
      #expect(waits.count == KlinesFetch.mostFailures - 1, "seed \(seed)")
      for (index, wait) in waits.enumerated() {
        let base = min(30_000, 500 << Int64(index))
        #expect(wait >= base && wait < base + base / 2, "seed \(seed): \(waits)")
      }
    }
    var fetch = KlinesFetch(try Self.plan(), seed: 1)
    for hour in 0..<50 {
      _ = fetch.receive(bad[0], now: late)
      _ = fetch.receive(ok(Self.page([hour])), now: late)
    }
    #expect(fetch.bars == 50 && fetch.failures == 50, "what is between good answers does not add up")
  }

  @Test func refusalsEndTheFetch() throws {
    var fetch = KlinesFetch(try Self.plan(), seed: 1)
    let body = Array("{\"code\":-1121,\"msg\":\"Invalid \\u001bsymbol.\"}".utf8)
    _ = fetch.receive(.response(status: 400, retryAfter: nil, usedWeight: nil, body: body), now: late)
    #expect(fetch.step(now: late) == .failed("refused with status 400: Invalid symbol. (code -1121)"))
  }

  @Test func impossiblePlansAreRefused() {
    func refuses(_ symbol: String, _ timeframe: String, _ hours: Int64, _ market: KlinesPlan.Market = .spot) -> Bool {
      do throws(CatalogError) {
        _ = try KlinesPlan(
          market: market, symbol: symbol, timeframe: Timeframe(timeframe)!, from: Self.start,
          to: Self.start.adding(milliseconds: hours * 3_600_000))
        return false
      } catch { return error.kind == .usage }
    }
    #expect(
      refuses("", "1h", 5) && refuses("BTC/USDT", "1h", 5) && refuses("btc", "1h", 5) && refuses("A&b=c", "1h", 5))
    #expect(refuses("BTCUSDT", "7m", 5) && refuses("BTCUSDT", "1h", 0) && refuses("BTCUSDT", "1h", -1))
    #expect(refuses("BTCUSDT", "1s", 24 * 365 * 10) && refuses("BTCUSDT", "1s", 5, .usdm))
    #expect(!refuses("BTCUSDT", "1s", 5) && !refuses("BTCUSDT_240628", "1m", 5, .usdm))
  }
}
