import Foundation
import Server
import Testing

@Suite("Who is let in")
struct RequestPolicyTests {
  /// A state directory of its own, gone with the test.
  final class Place {
    let path = NSTemporaryDirectory() + "hrmbot-server-\(UUID().uuidString)"
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func token(_ scope: AccessScope) throws -> String {
      try String(contentsOfFile: AccessTokens.path(of: scope, in: path), encoding: .utf8)
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }

  private func refusal(_ policy: RequestPolicy, _ head: RequestPolicy.Head) -> RequestPolicy.Refusal? {
    do {
      try policy.admit(head)
      return nil
    } catch { return error }
  }

  @Test func tokensOpenTheirScopeAndNothingElse() throws {
    let place = try Place()
    let tokens = try AccessTokens(stateDirectory: place.path)
    let (read, operate) = (try place.token(.read), try place.token(.operate))
    #expect(read.count == 64 && operate.count == 64 && read != operate)
    #expect(tokens.scope(of: Array(read.utf8)) == .read)
    #expect(tokens.scope(of: Array(operate.utf8)) == .operate)
    for wrong in ["", read.dropLast(), read + "0", "0" + read.dropFirst(2), read + operate] as [any StringProtocol] {
      #expect(tokens.scope(of: Array(wrong.utf8)) == nil, "\(wrong)")
    }
    // The next start reads the same ones.
    #expect(try AccessTokens(stateDirectory: place.path).scope(of: Array(read.utf8)) == .read)
  }

  @Test func aTokenThatOthersCouldReadOrThatIsNoneIsRefused() throws {
    let place = try Place()
    _ = try AccessTokens(stateDirectory: place.path)
    let path = AccessTokens.path(of: .operate, in: place.path)
    chmod(path, 0o640)
    #expect(throws: AccessTokens.Failure.self) { try AccessTokens(stateDirectory: place.path) }
    chmod(path, 0o600)
    for bad in ["", "short\n", String(repeating: "é", count: 64)] {
      try Data(bad.utf8).write(to: URL(fileURLWithPath: path))
      #expect(throws: AccessTokens.Failure.self, "\(bad)") { try AccessTokens(stateDirectory: place.path) }
    }
    unlink(path)
    symlink("/dev/zero", path)
    #expect(throws: AccessTokens.Failure.self) { try AccessTokens(stateDirectory: place.path) }
  }

  @Test func namesOriginsAndTypesThatAHostilePageWouldSend() throws {
    let place = try Place()
    let policy = RequestPolicy(tokens: try AccessTokens(stateDirectory: place.path), port: 8787)
    let (read, operate) = ("Bearer " + (try place.token(.read)), "bearer " + (try place.token(.operate)))
    var head = RequestPolicy.Head(method: "GET", path: "/api/v1/status", host: "127.0.0.1:8787", authorization: read)
    #expect(refusal(policy, head) == nil)
    for host in [nil, "", "evil.example", "127.0.0.1:80", "127.0.0.1:8787.evil.example", "localhost.:8787"] {
      head.host = host
      #expect(refusal(policy, head) == .host, "\(host ?? "none")")
    }
    for host in ["localhost", "LOCALHOST:8787", "[::1]:8787"] {
      head.host = host
      #expect(refusal(policy, head) == nil, "\(host)")
    }
    for origin in ["null", "", "http://evil.example", "https://localhost:8787", "http://localhost:8787.evil.example"] {
      head.origin = origin
      #expect(refusal(policy, head) == .origin, "\(origin)")
    }
    head.origin = "http://localhost:8787"
    #expect(refusal(policy, head) == nil)
    head.method = "POST"
    for type in [nil, "text/plain", "application/x-www-form-urlencoded", "application/jsonp"] {
      head.contentType = type
      #expect(refusal(policy, head) == .contentType, "\(type ?? "none")")
    }
    head.contentType = "Application/JSON; charset=utf-8"
    #expect(refusal(policy, head) == .scope)
    head.authorization = operate
    #expect(refusal(policy, head) == nil)
  }

  @Test func withoutATokenOnlyProbesAndThePageAreSeen() throws {
    let place = try Place()
    let policy = RequestPolicy(tokens: try AccessTokens(stateDirectory: place.path), port: 8787)
    for (path, isOpen) in [
      ("/healthz", true), ("/readyz", true), ("/", true), ("/metrics", false), ("/healthz/", false),
    ] {
      var head = RequestPolicy.Head(method: "GET", path: path, host: "localhost")
      #expect((refusal(policy, head) == nil) == isOpen, "\(path)")
      head.authorization = "Basic abc"
      #expect((refusal(policy, head) == nil) == isOpen, "\(path)")
      head.method = "POST"
      head.contentType = "application/json"
      #expect(refusal(policy, head) == .token, "\(path)")
    }
  }

  /// Nobody but the owner reaches a Unix socket in the state directory; a page cannot at all, yet names are checked.
  @Test func theUnixSocketAsksForNoToken() {
    let policy = RequestPolicy(tokens: nil, port: nil)
    let head = RequestPolicy.Head(method: "GET", path: "/metrics", host: "localhost")
    #expect(refusal(policy, head) == nil)
    #expect(refusal(policy, .init(method: "GET", path: "/metrics", host: "evil.example")) == .host)
  }
}
