import Core
import HTTPTypes
import Hummingbird

/// Responses as all routes give them: never cached, never guessed at.
enum Reply {
  /// JSON of one object.
  static func json(_ body: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
    Response(status: status, headers: headers("application/json"), body: .init(byteBuffer: ByteBuffer(bytes: body)))
  }

  /// JSON that is written here.
  static func json(status: HTTPResponse.Status = .ok, _ write: (inout CanonicalJSON) -> Void) -> Response {
    var out = CanonicalJSON()
    out.object(write)
    return json(out.bytes, status: status)
  }

  /// An error with a stable name, and in words what to do.
  static func error(_ status: Int, _ code: String, _ message: String) -> Response {
    json(status: .init(code: status)) { out in
      out.key("error")
      out.object { out in
        out.key("code")
        out.value(code)
        out.key("message")
        out.value(message)
      }
    }
  }

  /// The bot has not said anything yet.
  static var starting: Response { error(503, "starting", "the bot has not said anything yet; ask again") }

  /// Text of another kind.
  static func text(_ type: String, _ body: String) -> Response {
    Response(status: .ok, headers: headers(type), body: .init(byteBuffer: ByteBuffer(string: body)))
  }

  static func headers(_ type: String) -> HTTPFields {
    var headers = HTTPFields()
    headers[.contentType] = type
    headers[.cacheControl] = "no-store"
    headers[.xContentTypeOptions] = "nosniff"
    headers[HTTPField.Name("Referrer-Policy")!] = "no-referrer"
    return headers
  }
}
