/// Which requests are let in, before anything of them is worked on. A browser that a hostile page drives can reach loopback:
/// names, origins and content types are what tells it from the operator.
package struct RequestPolicy: Sendable {
  /// What of a request matters here.
  package struct Head: Sendable {
    package var method: String
    package var path: String
    /// The Host header; nil: none.
    package var host: String?
    package var origin: String?
    package var contentType: String?
    /// The Authorization header.
    package var authorization: String?

    /// A head as given.
    package init(
      method: String, path: String, host: String?, origin: String? = nil, contentType: String? = nil,
      authorization: String? = nil
    ) {
      self.method = method
      self.path = path
      self.host = host
      self.origin = origin
      self.contentType = contentType
      self.authorization = authorization
    }
  }

  /// Why a request is refused.
  package enum Refusal: String, Sendable, Error {
    case host = "host_not_allowed"
    case origin = "origin_not_allowed"
    case contentType = "content_type_must_be_json"
    case token = "token_missing_or_wrong"
    case scope = "token_may_not_operate"

    /// The HTTP status code.
    package var status: Int {
      switch self {
      case .host: 421
      case .origin, .scope: 403
      case .contentType: 415
      case .token: 401
      }
    }
  }

  /// Paths that show nothing of money, for probes and for the page that asks for the token.
  package static let openPaths: Set<String> = [
    "/", "/app.js", "/app.css", "/openapi.json", "/healthz", "/readyz", "/api/health",
  ]

  private let tokens: AccessTokens?
  private let hosts: Set<String>

  /// `tokens` nil: the socket's file permissions have let the caller in (a Unix socket). `port`: the one listened on.
  package init(tokens: AccessTokens?, port: Int?) {
    self.tokens = tokens
    let names = ["127.0.0.1", "localhost", "[::1]"]
    hosts = Set(names + (port.map { port in names.map { "\($0):\(port)" } } ?? []))
  }

  /// Lets a request in, or throws why not.
  package func admit(_ head: Head) throws(Refusal) {
    guard let host = head.host?.lowercased(), hosts.contains(host) else { throw .host }
    if let origin = head.origin?.lowercased() {
      guard origin.hasPrefix("http://"), hosts.contains(String(origin.dropFirst(7))) else { throw .origin }
    }
    let isWrite = head.method != "GET" && head.method != "HEAD"
    if isWrite {
      let type = head.contentType?.lowercased().prefix { $0 != ";" }.filter { $0 != " " }
      guard type == "application/json" else { throw .contentType }
    }
    guard let tokens else { return }
    if !isWrite, Self.openPaths.contains(head.path) { return }
    guard let text = head.authorization, text.lowercased().hasPrefix("bearer "),
      let scope = tokens.scope(of: text.utf8.dropFirst(7))
    else { throw .token }
    if isWrite, scope < .operate { throw .scope }
  }
}
