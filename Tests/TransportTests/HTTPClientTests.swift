import Foundation
import Loopback
import Testing
import Transport

@Suite struct HTTPClientTests {
  /// The patience is for machines that are busy; a test of silence has less.
  private func get(
    _ server: LoopbackServer, _ path: String = "/", bodyLimit: Int = 1 << 20, timeoutMillis: Int = 20_000
  ) throws -> HTTPResponse {
    var request = HTTPRequest(address: server.address + path)
    request.bodyLimit = bodyLimit
    request.timeoutMillis = timeoutMillis
    return try HTTPClient(userAgent: "test/1").send(request)
  }

  @Test func anAnswerComesBackWhole() throws {
    let server = try LoopbackServer { request in
      #expect(request.hasPrefix("GET /path?a=1 HTTP/1.1\r\n") && request.contains("User-Agent: test/1"))
      return .reply("HTTP/1.1 418 Teapot\r\nRetry-After: 7 \r\nX-One: a\r\nx-one: b\r\nContent-Length: 5\r\n\r\nhello")
    }
    let answer = try get(server, "/path?a=1")
    #expect(answer.status == 418 && answer.body == Array("hello".utf8))
    #expect(answer["retry-after"] == "7" && answer["x-one"] == "a" && answer["none"] == nil)
  }

  @Test func theConnectionIsKept() throws {
    let server = try LoopbackServer { _ in .reply("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") }
    let client = HTTPClient(userAgent: "test")
    for _ in 0..<5 { #expect(try client.send(HTTPRequest(address: server.address)).status == 200) }
    #expect(server.connections == 1)
  }

  @Test func redirectionsAreNotFollowed() throws {
    let server = try LoopbackServer { _ in
      .reply("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
    }
    #expect(try get(server).status == 302)
  }

  @Test func whatIsNoAnswerIsAnError() throws {
    func failure(
      _ reply: LoopbackServer.Reply, bodyLimit: Int = 1 << 20, timeoutMillis: Int = 20_000
    ) throws -> TransportError? {
      let server = try LoopbackServer { _ in reply }
      do { _ = try get(server, bodyLimit: bodyLimit, timeoutMillis: timeoutMillis) } catch {
        return error as? TransportError
      }
      return nil
    }
    let cut = try failure(.cut("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"))
    guard case .broken? = cut else {
      Issue.record("\(String(describing: cut))")
      return
    }
    #expect(cut?.isTransient == true)
    let large = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + String(repeating: "x", count: 5000)
    #expect(try failure(.reply(large), bodyLimit: 4999) == .tooLarge(limit: 4999))
    let headers = "HTTP/1.1 200 OK\r\n" + String(repeating: "a: b\r\n", count: 500) + "\r\n"
    let tooMany = try failure(.cut(headers))
    #expect(tooMany == .tooLarge(limit: 1 << 20))
    guard case .broken? = try failure(.cut("")) else {
      Issue.record("an empty answer")
      return
    }
    guard case .broken? = try failure(.cut("no http at all\r\n\r\n")) else {
      Issue.record("no HTTP")
      return
    }
    guard case .timeout? = try failure(.silence, timeoutMillis: 500) else {
      Issue.record("silence")
      return
    }
  }

  @Test(arguments: ["ftp://127.0.0.1/", "file:///etc/passwd", "http://a b/", "", "http://", "gopher://x"])
  func otherAddressesAreRefused(address: String) {
    #expect {
      _ = try HTTPClient(userAgent: "test").send(HTTPRequest(address: address))
    } throws: {
      if case .badAddress? = $0 as? TransportError { true } else { false }
    }
  }

  @Test func aClosedPortIsUnreachable() throws {
    let address = try LoopbackServer { _ in .silence }.address
    #expect {
      _ = try HTTPClient(userAgent: "test").send(HTTPRequest(address: address))
    } throws: {
      if case .unreachable? = $0 as? TransportError { true } else { false }
    }
  }
}
