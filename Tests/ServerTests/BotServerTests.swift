import Core
import Foundation
import Loopback
import Server
import Testing

extension OverTheWire {
  @Suite("The server")
  struct BotServerTests {
    @Test func theDocumentNamesWhatIsServedAndNothingElse() throws {
      let place = try RequestPolicyTests.Place()
      let server = BotServer(
        sources: ServerSources(board: StatusBoard(time: VirtualTime())),
        commands: BotCommands(stop: { _, _ in }, ask: { _ in nil }),
        tokens: try AccessTokens(stateDirectory: place.path))
      let documented = ServedOperation.all.flatMap { operation in
        operation.paths.map { (operation.isWrite ? "POST " : "GET ") + $0 }
      }
      #expect(server.served.sorted() == documented.sorted())
    }

    @Test func whatThereIsToSee() async throws {
      try await Stand.serving { stand in
        #expect(Wire.ask(stand.port, "GET", "/healthz").code == 503)
        #expect(Wire.ask(stand.port, "GET", "/api/v1/status", token: stand.read).code == 503)
        stand.board.publish(Sample.snapshot)
        stand.board.publish(decision: Array("{\"id\":\"D-1\"}".utf8))
        #expect(Wire.ask(stand.port, "GET", "/healthz").code == 200)
        let document = Wire.ask(stand.port, "GET", "/openapi.json")
        #expect(document.code == 200 && document.text.contains("\"/api/v1/stop\":{\"post\":{"))
        let ready = Wire.ask(stand.port, "GET", "/readyz")
        #expect(ready.code == 200 && ready.text.hasSuffix("{\"ready\":true,\"reasons\":[]}"))
        let status = Wire.ask(stand.port, "GET", "/api/v1/status", token: stand.read)
        #expect(status.code == 200 && status.text.contains("\"is_synthetic\":true"))
        #expect(status.text.lowercased().contains("cache-control: no-store"))
        let decisions = Wire.ask(stand.port, "GET", "/api/v1/decisions?limit=5", token: stand.read)
        #expect(decisions.text.hasSuffix("{\"decisions\":[{\"id\":\"D-1\"}]}"))
        for limit in ["0", "-1", "501", "x", "99999999999999999999"] {
          #expect(Wire.ask(stand.port, "GET", "/api/v1/decisions?limit=\(limit)", token: stand.read).code == 400)
        }
        #expect(Wire.ask(stand.port, "GET", "/api/v1/settings", token: stand.read).text.hasSuffix("{\"a\":1}"))
        let metrics = Wire.ask(stand.port, "GET", "/metrics", token: stand.read)
        #expect(metrics.code == 200 && metrics.text.contains("hrmbot_up 1"))
        #expect(Wire.ask(stand.port, "GET", "/nothing", token: stand.read).text.contains("\"code\":\"not_found\""))
        var stopped = Sample.snapshot
        stopped.latch = Sample.latch(.stop)
        stand.board.publish(stopped)
        let halted = Wire.ask(stand.port, "GET", "/readyz")
        #expect(halted.code == 503 && halted.text.contains("stopped:stop"))
      }
    }

    /// Also under the names that clients of the bot's predecessor ask.
    @Test func partsOfTheState() async throws {
      try await Stand.serving { stand in
        let ask = { (path: String) in Wire.ask(stand.port, "GET", path, token: stand.read) }
        #expect(ask("/api/v1/balance").code == 503 && ask("/api/funds").code == 503)
        stand.board.publish(Sample.snapshot)
        let expected: [([String], String)] = [
          (["/api/v1/version"], "{\"mode\":\"PAPER\",\"synthetic\":true,\"version\":\"0.1.0\"}"),
          (
            ["/api/v1/balance", "/api/funds"],
            "{\"cash_quote\":\"100\",\"equity_quote\":\"0\",\"fees_quote\":\"0\",\"start_equity_quote\":\"100\"}"
          ),
          (
            ["/api/v1/positions", "/api/trading/positions"],
            "{\"positions\":[{\"instrument\":\"SIM-BTC\",\"last_close\":null,\"quantity\":\"0\",\"side\":\"flat\","
              + "\"unrealised_quote\":\"0\"}]}"
          ),
          (["/api/v1/limits"], "{\"limits\":[]}"), (["/api/v1/settings", "/api/config"], "{\"a\":1}"),
          (["/healthz", "/api/health"], "{\"status\":\"ok\"}"),
        ]
        for (paths, body) in expected {
          for path in paths { #expect(ask(path).text.hasSuffix("\r\n\r\n" + body), "\(ask(path).text)") }
        }
        #expect(
          ask("/api/metrics").text.contains("\"bars\":7") && ask("/api/v1/policy").text.contains("\"untrained\":false"))
        #expect(Wire.ask(stand.port, "GET", "/api/funds").code == 401)
        #expect(Wire.ask(stand.port, "POST", "/api/live/stop", token: stand.operate, body: "{}").code == 202)
        #expect(stand.asked.stops.withLock { $0 } == ["stop "])
      }
    }

    @Test func stopsWhateverTheBodyIsAndAsOftenAsAsked() async throws {
      try await Stand.serving { stand in
        let bodies: [(String?, String)] = [
          (nil, "stop "), ("{}", "stop "), ("{\"level\":\"flatten\",\"reason\":\"a\\u001b[2J\\nb\"}", "flatten a[2Jb"),
          ("not json", "stop "), ("{\"level\":\"nonsense\"}", "stop "), ("[1]", "stop "),
          ("{\"reason\":\"" + String(repeating: "x", count: 300) + "\"}", "stop " + String(repeating: "x", count: 200)),
          (String(repeating: "x", count: ServerLimits.bodyBytes + 1), "stop "),
        ]
        for (body, expected) in bodies {
          let answer = Wire.ask(
            stand.port, "POST", "/api/v1/stop", token: stand.operate, headers: ["Content-Type: application/json"],
            body: body)
          #expect(answer.code == 202, "\(answer)")
          #expect(stand.asked.stops.withLock { $0.last } == expected)
        }
        for (path, level) in [("pause", "reduce"), ("flatten", "flatten")] {
          #expect(Wire.ask(stand.port, "POST", "/api/v1/\(path)", token: stand.operate, body: "{}").code == 202)
          #expect(stand.asked.stops.withLock { $0.last } == "\(level) ")
        }
        // Never rate-limited.
        for _ in 0..<100 {
          #expect(Wire.ask(stand.port, "POST", "/api/v1/stop", token: stand.operate, body: "{}").code == 202)
        }
        #expect(stand.asked.stops.withLock { $0.count } == bodies.count + 102)
      }
    }

    @Test func nothingChangesByGetOrWithoutTheOperatorsToken() async throws {
      try await Stand.serving { stand in
        for operation in ServedOperation.all where operation.isWrite {
          let path = operation.paths[0].replacing("/api/v1/", with: "").replacing("{id}", with: "h1-e0")
          #expect(Wire.ask(stand.port, "GET", "/api/v1/\(path)", token: stand.operate).code == 404)
          #expect(Wire.ask(stand.port, "POST", "/api/v1/\(path)", body: "{}").code == 401)
          #expect(Wire.ask(stand.port, "POST", "/api/v1/\(path)", token: stand.read, body: "{}").code == 403)
          let form = Wire.ask(
            stand.port, "POST", "/api/v1/\(path)", token: stand.operate, headers: ["Content-Type: text/plain"],
            body: "{}")
          #expect(form.code == 415)
          let foreign = Wire.ask(
            stand.port, "POST", "/api/v1/\(path)", token: stand.operate, headers: ["Origin: http://evil.example"],
            body: "{}")
          #expect(foreign.code == 403)
        }
        #expect(stand.asked.stops.withLock { $0.isEmpty } && stand.asked.wishes.withLock { $0.isEmpty })
      }
    }

    @Test func policiesAreSwitched() async throws {
      try await Stand.serving { stand in
        let ask = { (path: String, body: String) in
          Wire.ask(stand.port, "POST", "/api/v1/\(path)", token: stand.operate, body: body).code
        }
        #expect(ask("rollback", "{}") == 200)
        #expect(ask("rollback", "{\"policy\":\"flat\",\"reason\":\"why\"}") == 200)
        #expect(ask("rollback", "nonsense") == 400)
        #expect(ask("promote", "{}") == 400)
        #expect(ask("promote", "{\"policy\":\"bad\"}") == 409)
        #expect(ask("promote", "{\"policy\":\"late\"}") == 504)
        #expect(
          stand.asked.wishes.withLock { $0 } == [
            .rollBack(to: nil, reason: ""), .rollBack(to: "flat", reason: "why"), .promote("bad"), .promote("late"),
          ])
      }
    }

    @Test func hostileBytesEndTheirConnectionAndNothingElse() async throws {
      try await Stand.serving { stand in
        stand.board.publish(Sample.snapshot)
        let huge = String(repeating: "a", count: 2 * ServerLimits.headerBytes)
        for text in [
          "\r\n\r\n", "GET\r\n\r\n", "GET /healthz HTTP/9.9\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n",
          "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: \(huge)\r\n\r\n",
          "GET /\(huge) HTTP/1.1\r\nHost: localhost\r\n\r\n",
          "POST /api/v1/stop HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
          "POST /api/v1/stop HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          "GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
          "GET /%00%2e%2e HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        ] {
          let connection = try #require(Wire.Connection(port: stand.port))
          connection.send(text)
          shutdown(connection.descriptor, Int32(SHUT_WR))
          #expect(!connection.receive().contains(" 200 "), "\(text.prefix(60))")
          #expect(Wire.ask(stand.port, "GET", "/healthz").code == 200, "\(text.prefix(60))")
        }
        #expect(stand.asked.stops.withLock { $0.isEmpty })
      }
    }

    /// Half a request holds its connection for some seconds only, and only so many can be held.
    @Test func slowRequestsAreCutOff() async throws {
      try await Stand.serving { stand in
        let connection = try #require(Wire.Connection(port: stand.port))
        connection.send("GET /healthz HTTP/1.1\r\nHost: loc")
        // Ends with the server's patience, before the test's own ten seconds.
        let began = SuspendingClock.now
        #expect(!connection.receive().contains(" 200 "))
        #expect(SuspendingClock.now - began < .seconds(9))
      }
    }

    @Test func eventsComeAsTheyHappen() async throws {
      try await Stand.serving { stand in
        stand.board.publish(Sample.snapshot)
        let connection = try #require(Wire.Connection(port: stand.port))
        connection.send(
          "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(stand.read)\r\n\r\n")
        let first = connection.receive(until: "\n\n")
        #expect(first.contains("text/event-stream") && first.contains("event: status\ndata: {"))
        while stand.board.subscribers == 0 { try await Task.sleep(for: .milliseconds(2)) }
        stand.board.publish(decision: Array("{\"id\":\"D-9\"}".utf8))
        #expect(connection.receive(until: "D-9").contains("event: decision\ndata: {\"id\":\"D-9\"}\n\n"))
      }
    }
  }
}
