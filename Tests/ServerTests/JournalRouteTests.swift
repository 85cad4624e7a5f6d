import Core
import Foundation
import Journal
import Loopback
import Server
import Testing

extension OverTheWire {
  /// What the journal knows.
  @Suite("The journal")
  struct JournalRouteTests {
    private static let lists = [
      "/api/v1/orders", "/api/v1/fills", "/api/v1/trades", "/api/v1/daily", "/api/v1/policies/history",
      "/api/v1/decisions", "/api/v1/bars?instrument=SIM-BTC",
    ]

    @Test func pagesFollowOneAnother() async throws {
      let journal = try SampleJournal(trades: 5)
      try await Stand.serving(journal: journal.path) { stand in
        let first = try JSONTree.parse(Array(stand.get("/api/v1/fills?limit=4").body.utf8))
        #expect(first["fills"]?.array?.compactMap { $0["trade_id"]?.unsigned } == [10, 9, 8, 7])
        let next = try #require(first["next_before"]?.unsigned)
        let second = try JSONTree.parse(Array(stand.get("/api/v1/fills?limit=4&before=\(next)").body.utf8))
        #expect(second["fills"]?.array?.compactMap { $0["trade_id"]?.unsigned } == [6, 5, 4, 3])
        let last = stand.get("/api/v1/fills?limit=4&before=\(second["next_before"]?.unsigned ?? 0)").body
        #expect(last.contains("\"trade_id\":1") && last.hasSuffix("\"next_before\":null}"))
      }
    }

    @Test func ordersSayWhatBecameOfThem() async throws {
      let journal = try SampleJournal(trades: 1)
      try await Stand.serving(journal: journal.path) { stand in
        let orders = try JSONTree.parse(Array(stand.get("/api/v1/orders").body.utf8))["orders"]?.array ?? []
        #expect(orders.compactMap { $0["state"]?.string } == ["filled", "filled"])
        #expect(orders.last?["filled_quantity"]?.string == "1" && orders.last?["role"]?.string == "entry")
      }
    }

    @Test func resultsAreExact() async throws {
      let journal = try SampleJournal(trades: 3)
      try await Stand.serving(journal: journal.path) { stand in
        let profit = try JSONTree.parse(Array(stand.get("/api/v1/profit").body.utf8))
        // Bought at 100, sold at 101, with 0.1 of fees each time.
        #expect(profit["net_quote"]?.string == "2.4" && profit["fees_quote"]?.string == "0.6")
        #expect(profit["wins"]?.unsigned == 3 && profit["best_trade"]?["net_quote"]?.string == "0.8")
        #expect(profit["unrealised_quote"]?.isNull == true)
        stand.board.publish(Sample.snapshot)
        #expect(stand.get("/api/v1/profit").body.contains("\"unrealised_quote\":\"0\""))
        let days = try JSONTree.parse(Array(stand.get("/api/v1/daily").body.utf8))["days"]?.array ?? []
        #expect(days.count == 1 && days.first?["day"]?.string == "2024-03-01")
        #expect(stand.get("/api/v1/performance").body.contains("\"instrument\":\"SIM-BTC\",\"fees_quote\":\"0.6\""))
        #expect(stand.get("/api/v1/trades?limit=1").body.contains("\"net_quote\":\"0.8\""))
        // What has come since is added, not read again from the start.
        try journal.trade()
        #expect(stand.get("/api/v1/profit").body.contains("\"net_quote\":\"3.2\""))
      }
    }

    @Test func aDecisionIsExplained() async throws {
      let journal = try SampleJournal(trades: 1)
      try await Stand.serving(journal: journal.path) { stand in
        let answer = stand.get("/api/v1/decisions/\(journal.decision)")
        let tree = try JSONTree.parse(Array(answer.body.utf8))
        #expect(answer.code == 200 && tree["explanation"]?.string?.contains("What it wished") == true)
        #expect(tree["material"]?["decision"]?["payload"]?["vetoes"]?.array != nil)
        #expect(tree["material"]?["following"]?.array?.isEmpty == false)
        for (id, code) in [("D-999999", 404), ("D-1", 404), ("nonsense", 400), ("D--1", 400), ("%00", 400)] {
          #expect(stand.get("/api/v1/decisions/\(id)").code == code, "\(id)")
        }
        let older = stand.get("/api/v1/decisions?before=1000")
        #expect(older.body.contains("\"id\":\"\(journal.decision)\"") && older.body.contains("\"policy\":\"sma\""))
      }
    }

    @Test func barsOfAnInstrument() async throws {
      let journal = try SampleJournal(trades: 1)
      try await Stand.serving(journal: journal.path) { stand in
        let bars = stand.get("/api/historical-data?instrument=SIM-BTC&timeframe=1m")
        #expect(
          bars.code == 200 && bars.body.contains("\"close\":\"100\"") && bars.body.contains("\"timeframe\":\"1m\""))
        #expect(stand.get("/api/historical-data?instrument=NONE").body.hasPrefix("{\"bars\":[]"))
        for query in ["", "?instrument=", "?instrument=SIM-BTC&timeframe=1h", "?instrument=SIM-BTC&timeframe=x"] {
          #expect(stand.get("/api/historical-data" + query).code == 400, "\(query)")
        }
      }
    }

    @Test func policiesAndTheirHistory() async throws {
      let journal = try SampleJournal(trades: 1)
      try await Stand.serving(journal: journal.path) { stand in
        let history = stand.get("/api/v1/policies/history").body
        #expect(history.contains("\"from\":\"hrm\"") && history.contains("\"trigger\":\"latency\""))
        #expect(stand.get("/api/v1/policies").code == 404, "this journal has no session")
      }
    }

    @Test func boundsOfListsAreChecked() async throws {
      let journal = try SampleJournal(trades: 1)
      try await Stand.serving(journal: journal.path) { stand in
        for path in Self.lists {
          let mark = path.contains("?") ? "&" : "?"
          for query in ["limit=0", "limit=-1", "limit=1001", "limit=x", "limit=", "before=0", "before=-1", "before=x"] {
            #expect(stand.get(path + mark + query).code == 400, "\(path)\(mark)\(query)")
          }
          #expect(stand.get(path + mark + "before=18446744073709551615").code == 200, "\(path)")
        }
      }
    }

    @Test func withoutAJournalNothingIsInvented() async throws {
      for journal in [nil, "/nonexistent"] {
        try await Stand.serving(journal: journal) { stand in
          for path in ["/api/v1/orders", "/api/v1/profit", "/api/v1/decisions/D-1", "/api/v1/policies"] {
            #expect(stand.get(path).code == (journal == nil ? 404 : 503), "\(path)")
          }
        }
      }
    }

    @Test func theLogsEndAndWhatLocks() async throws {
      let lines = ["{\"at\":\"2024-03-01T00:00:00Z\",\"level\":\"info\",\"message\":\"a\"}", "{\"message\":\"b\"}"]
      try await Stand.serving(lines: lines) { stand in
        #expect(stand.get("/api/v1/logs?limit=1").body == "{\"lines\":[{\"message\":\"b\"}]}")
        #expect(stand.get("/api/v1/logs").body == "{\"lines\":[\(lines[1]),\(lines[0])]}")
        #expect(stand.get("/api/v1/locks").code == 503)
        var snapshot = Sample.snapshot
        snapshot.locks = [.init("cool_down", until: Timestamp(milliseconds: 0), reason: "8 losing trades in a row")]
        stand.board.publish(snapshot)
        #expect(stand.get("/api/v1/locks").body.contains("\"until\":\"1970-01-01T00:00:00Z\""))
      }
    }

    @Test func theFeedOfThePredecessorsClients() async throws {
      try await Stand.serving { stand in
        var snapshot = Sample.snapshot
        snapshot.instruments[0].lastClose = try Price("101.5")
        snapshot.instruments[0].lastBarClose = Timestamp(milliseconds: 1000)
        stand.board.publish(snapshot)
        let connection = try #require(Wire.Connection(port: stand.port))
        connection.send(
          "GET /api/live/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(stand.read)\r\n\r\n")
        let first = connection.receive(until: "stats_update")
        #expect(first.contains("event: tick\ndata: {\"at\":\"1970-01-01T00:00:01Z\",\"instrument\":\"SIM-BTC\""))
        #expect(first.contains("event: position_update\n"))
        while stand.board.subscribers == 0 { try await Task.sleep(for: .milliseconds(2)) }
        stand.board.publish(fill: Array("{\"trade_id\":1}".utf8))
        stand.board.publish(decision: Array("{\"id\":\"D-9\"}".utf8))
        let next = connection.receive(until: "D-9")
        #expect(next.contains("event: trade_executed\ndata: {\"trade_id\":1}\n\n"))
        #expect(next.contains("event: hrm_metrics\ndata: {\"id\":\"D-9\"}"))
        // What has not changed is not said again.
        stand.board.publish(snapshot)
        #expect(!connection.receive(until: "stats_update").contains("event: tick"))
      }
    }
  }
}
