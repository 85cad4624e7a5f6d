import Core
import Foundation
import Loopback
import Server
import Testing

extension OverTheWire {
  /// What a person with the operator's token may want.
  @Suite("Commands")
  struct CommandTests {
    @Test func aResumeNamesItsLatch() async throws {
      try await Stand.serving { stand in
        for (number, path) in ["/api/v1/resume", "/api/live/start"].enumerated() {
          for body in ["{}", "", "{\"latch_id\":\"\"}", "{\"latch_id\":null}", "{\"latch_id\":7}", "[]", "L1-a"] {
            #expect(stand.post(path, body).code == 400, "\(path) \(body)")
          }
          #expect(stand.asked.wishes.withLock { $0.count } == number)
          #expect(stand.post(path, "{\"latch_id\":\"L1-a\\u001b[2J\"}") == (200, "{\"answer\":\"done\"}"))
          #expect(stand.asked.wishes.withLock { $0.count } == number + 1)
          #expect(stand.asked.wishes.withLock { $0.last } == .resume(latchID: "L1-a[2J"))
          #expect(Wire.ask(stand.port, "POST", path, token: stand.read, body: "{\"latch_id\":\"L1-a\"}").code == 403)
        }
      }
    }

    @Test func aTradeIsReadExactlyOrRefused() async throws {
      try await Stand.serving { stand in
        for body in [
          "{}", "{\"instrument\":\"SIM-BTC\"}", "{\"instrument\":\"SIM-BTC\",\"action\":\"hold\"}",
          "{\"instrument\":\"SIM-BTC\",\"action\":\"buy\"}", "{\"instrument\":\"\",\"action\":\"buy_long\"}",
          "{\"instrument\":\"SIM-BTC\",\"action\":\"buy_long\",\"fraction\":\"0\"}",
          "{\"instrument\":\"SIM-BTC\",\"action\":\"buy_long\",\"fraction\":\"-0.5\"}",
          "{\"instrument\":\"SIM-BTC\",\"action\":\"buy_long\",\"fraction\":\"1.000000001\"}",
          "{\"instrument\":\"SIM-BTC\",\"action\":\"buy_long\",\"fraction\":\"NaN\"}",
          "{\"instrument\":\"SIM-BTC\",\"action\":\"buy_long\",\"fraction\":0.5}", "nonsense",
        ] {
          #expect(stand.post("/api/manual-trade", body).code == 400, "\(body)")
        }
        #expect(stand.asked.wishes.withLock { $0.isEmpty })
        let body = "{\"instrument\":\"SIM-BTC\",\"action\":\"buy_long\",\"fraction\":\"0.5\",\"reason\":\"a\\nb\"}"
        #expect(stand.post("/api/manual-trade", body).code == 200)
        #expect(stand.post("/api/v1/trade", "{\"instrument\":\"X\",\"action\":\"close_short\"}").code == 200)
        let half = try Rate("0.5"), whole = try Rate("1")
        #expect(
          stand.asked.wishes.withLock { $0 } == [
            .trade(instrument: "SIM-BTC", .buyLong, fraction: half, reason: "ab"),
            .trade(instrument: "X", .closeShort, fraction: whole, reason: ""),
          ])
      }
    }

    @Test func ordersAreCancelledByTheirName() async throws {
      try await Stand.serving { stand in
        for id in ["h1", "H1-e0", "h01-e0", "h1-e0x", "%2e%2e", "h99999999999999999999-e0"] {
          #expect(stand.post("/api/v1/orders/\(id)/cancel").code == 400, "\(id)")
        }
        #expect(stand.post("/api/v1/orders/h12-e0/cancel").code == 200)
        #expect(stand.asked.wishes.withLock { $0 } == [.cancel(ClientOrderID(sequence: 12, role: .entry))])
      }
    }

    @Test func aReloadSaysWhyThereIsNone() async throws {
      try await Stand.serving { stand in
        let answer = stand.post("/api/v1/reload")
        #expect(answer.code == 409 && answer.body.contains("nothing_to_reload") && answer.body.contains("restart"))
      }
    }

    @Test func bodiesBeyondTheLimitAreNotRead() async throws {
      try await Stand.serving { stand in
        let huge = "{\"policy\":\"" + String(repeating: "x", count: ServerLimits.bodyBytes) + "\"}"
        for path in ["/api/v1/promote", "/api/v1/resume", "/api/v1/trade"] {
          #expect(stand.post(path, huge).code == 413, "\(path)")
        }
        #expect(stand.asked.wishes.withLock { $0.isEmpty })
      }
    }

    /// What a client says becomes an argument of a command: no path, no option.
    @Test func aBacktestIsOfPlainNamesOnly() async throws {
      try await Stand.serving { stand in
        for name in ["", "-h", "--catalog", "../x", "/etc/passwd", "a b", "a:b", "a\\u0000", "x.csv", "é"] {
          for body in ["{\"instrument\":\"\(name)\"}", "{\"instrument\":\"BTC\",\"policy\":\"\(name)\"}"] {
            #expect(stand.post("/api/backtest", body).code == 400, "\(body)")
          }
        }
        for body in [
          "{}", "{\"instrument\":\"BTC\",\"timeframe\":\"x\"}", "{\"instrument\":\"BTC\",\"from\":\"--json\"}",
          "{\"instrument\":\"BTC\",\"to\":\"2024-02-30\"}", "{\"instrument\":\"\(String(repeating: "x", count: 33))\"}",
        ] {
          #expect(stand.post("/api/backtest", body).code == 400, "\(body)")
        }
        let done = stand.post(
          "/api/backtest", "{\"instrument\":\"BTCUSDT\",\"timeframe\":\"1h\",\"from\":\"2024-01-31\"}")
        #expect(done == (200, "{\"of\":\"BTCUSDT 1h nil 2024-01-31\"}"))
        #expect(stand.post("/api/v1/backtest", "{\"instrument\":\"BUSY\"}").code == 409)
        let failed = stand.post("/api/v1/backtest", "{\"instrument\":\"NONE\"}")
        #expect(failed.code == 422 && failed.body.contains("no such series"))
      }
    }
  }
}
