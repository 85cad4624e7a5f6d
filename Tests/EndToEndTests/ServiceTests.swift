import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// What systemd hears.
  @Suite struct ServiceTests {
    /// A datagram socket such as systemd gives.
    private final class NotifySocket {
      let handle: Int32
      var heard: [(seconds: Double, text: String)] = []

      init(path: String) throws {
        handle = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < 107 else { throw Failure("\(path) is too long for a socket") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let bound = withUnsafePointer(to: &address) {
          $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(handle, $0, size) }
        }
        guard bound == 0 else { throw Failure("bind \(path): \(String(cString: strerror(errno)))") }
      }

      deinit { close(handle) }

      /// Takes what has come; the lines of all messages so far.
      func listen() -> [String] {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
          let count = recv(handle, &buffer, buffer.count, 0)
          guard count > 0 else { break }
          heard.append((Clock.seconds, String(decoding: buffer[0..<count], as: UTF8.self)))
        }
        return heard.flatMap { $0.text.split(separator: "\n").map(String.init) }
      }

      func times(of line: String) -> [Double] { heard.filter { $0.text.contains(line) }.map(\.seconds) }
    }

    @Test func lifeOfAService() async throws {
      let place = try Place()
      let path = "/tmp/hrmbot-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).sock"
      let socket = try NotifySocket(path: path)
      defer { unlink(path) }
      let bot = try await place.start(
        ["paper"] + TinyModel.options, environment: ["NOTIFY_SOCKET": path, "WATCHDOG_USEC": "4000000"])
      try await bot.wait(for: "READY=1") { socket.listen().contains("READY=1") }
      // Ready means recovered and reconciled: the lock is held and the session is on record.
      try await bot.wait(for: "venue's books on record") {
        try JournalView(place.journal).entries.contains { $0.kind == .venue }
      }
      try await bot.wait(for: "watchdog messages") {
        _ = socket.listen(); return socket.times(of: "WATCHDOG=1").count >= 8
      }
      let beats = socket.times(of: "WATCHDOG=1")
      #expect(zip(beats, beats.dropFirst()).allSatisfy { $1 - $0 < 4 }, "the watchdog would have bitten")
      #expect(socket.listen().contains { $0.hasPrefix("STATUS=") })
      #expect(!socket.listen().contains("STOPPING=1"))
      // A stopped bot is a living bot.
      try Files.write("", to: place.stop)
      _ = try await place.latchName()
      let before = socket.times(of: "WATCHDOG=1").count
      try await bot.wait(for: "watchdog messages while halted") {
        _ = socket.listen()
        return socket.times(of: "WATCHDOG=1").count > before + 2
      }
      bot.send(SIGTERM)
      #expect(try await bot.end(within: 10).code == 0)
      let lines = socket.listen()
      #expect(lines.filter { $0 == "READY=1" }.count == 1)
      let stopping = try #require(lines.firstIndex(of: "STOPPING=1"))
      #expect(!lines[stopping...].contains("WATCHDOG=1"))
    }

    /// A loop that stands still must not look alive.
    @Test func frozenBotIsSilent() async throws {
      let place = try Place()
      let path = "/tmp/hrmbot-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).sock"
      let socket = try NotifySocket(path: path)
      defer { unlink(path) }
      let bot = try place.start(
        Place.trading(10), environment: ["NOTIFY_SOCKET": path, "WATCHDOG_USEC": "2000000"])
      try await bot.wait(for: "READY=1") { socket.listen().contains("READY=1") }
      bot.send(SIGSTOP)
      try await Task.sleep(for: .milliseconds(100))
      let before = socket.listen().count
      try await Task.sleep(for: .milliseconds(700))
      #expect(socket.listen().count == before)
      bot.send(SIGCONT)
      try await bot.wait(for: "watchdog messages") { socket.listen().count > before }
      bot.send(SIGTERM)
      #expect(try await bot.end(within: 10).code == 0)
    }

    /// A start that fails is never ready.
    @Test func failedStartIsNotReady() async throws {
      let place = try Place()
      let path = "/tmp/hrmbot-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).sock"
      let socket = try NotifySocket(path: path)
      defer { unlink(path) }
      let ended = try await place.run(
        ["paper", "--set", "policy.model_directory=/nowhere"], environment: ["NOTIFY_SOCKET": path])
      #expect(ended.code == 78)
      #expect(!socket.listen().contains("READY=1"))
    }
  }
}
