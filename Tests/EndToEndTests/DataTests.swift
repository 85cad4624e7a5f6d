import Foundation
import Loopback
import Testing

extension EndToEnd {
  @Suite struct DataTests {
    private static let header = "timestamp_ms,open,high,low,close,volume\n"

    private static func row(_ hour: Int) -> String {
      "\(1_700_006_400_000 + hour * 3_600_000),10,12,9,11,\(hour % 7 + 1)\n"
    }

    private func write(_ text: String, _ path: String) throws {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    @Test func importedBarsAreListedAndChecked() async throws {
      let place = try Place()
      let file = place.file("BTCUSDT-1h.csv")
      try write(Self.header + (0..<300).map { Self.row($0) }.joined(), file)
      let made = try await place.run("data", "import", file)
      #expect(made.code == 0 && made.output.contains("local/BTCUSDT:1h  300 bars"), "\(made)")
      let list = try await place.run("data", "list")
      #expect(list.code == 0 && list.output.contains("local/BTCUSDT:1h"))
      let json = try await place.run("data", "list", "--json", "btc*:1h")
      #expect(try json.json().keys.contains("series"), "\(json)")
      #expect(try await place.run("data", "check", "BTCUSDT").code == 0)
      #expect(try await place.run("data", "list", "ETHUSDT").code == 66)
      #expect(try await place.run("data", "list", "ETHUSDT:xx").code == 64)
      #expect(try await place.run("data", "import", place.file("none.csv")).code == 66)
    }

    @Test func badFilesAreNamed() async throws {
      let place = try Place()
      let good = place.file("BTCUSDT.csv"), odd = place.file("ODD.csv"), none = place.file("NONE.csv")
      try write(Self.header + (0..<300).map { Self.row($0) }.joined(), good)
      try write(Self.header + (0..<300).map { Self.row($0) }.joined() + "x,1,1,1,1,1\n", odd)
      try write("a,b,c\n1,2,3\n", none)
      let checked = try await place.run("data", "check", good, odd)
      #expect(checked.code == 1 && checked.output.contains("ODD.csv:302: timestamp 'x'"), "\(checked)")
      let made = try await place.run("data", "import", place.root, "--json")
      #expect(
        made.code == 65 && made.output.contains("ODD") && made.output.contains("NONE.csv:1: no column"), "\(made)")
      let bars = try #require(
        FileManager.default.enumerator(atPath: place.home)?.compactMap { $0 as? String }.first {
          $0.contains("BTCUSDT_") && $0.hasSuffix(".bars")
        }
      )
      let handle = try #require(FileHandle(forWritingAtPath: "\(place.home)/\(bars)"))
      try handle.truncate(atOffset: 1000)
      try handle.close()
      let damaged = try await place.run("data", "check", "BTCUSDT")
      #expect(damaged.code == 1 && damaged.output.contains("import again"), "\(damaged)")
    }

    @Test func barsAreFetchedFromAServer() async throws {
      let server = try LoopbackServer { request in
        let isFirst = request.contains("startTime=1700006400000")
        let bars = (0..<24).map { hour in
          let open = 1_700_006_400_000 + hour * 3_600_000
          return "[\(open),\"10\",\"12\",\"9\",\"11\",\"1\",\(open + 3_599_999),\"1\",5,\"1\",\"1\",\"0\"]"
        }
        let body = isFirst ? "[" + bars.joined(separator: ",") + "]" : "[]"
        return .reply("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
      }
      let place = try Place()
      let fetched = try await place.run(
        "data", "fetch", "btcusdt", "--from", "2023-11-15", "--to", "2023-11-17", "--base-url", server.address)
      #expect(fetched.code == 0, "\(fetched)")
      #expect(fetched.output.contains("24 bars fetched") && fetched.output.contains("binance/BTCUSDT:1h"), "\(fetched)")
      #expect(try await place.run("data", "check", "binance/BTCUSDT:1h").code == 0)
    }
  }
}
