/// A GET request, or a POST request where there is a body.
package struct HTTPRequest: Sendable {
  /// The whole address, `http://` or `https://`.
  package var address: String
  /// Headers to send, name and value.
  package var headers: [(name: String, value: String)] = []
  /// What is posted; nil: nothing, it is a GET request.
  package var body: [UInt8]?
  /// Time for the connection, and for everything, in milliseconds.
  package var connectTimeoutMillis = 10_000
  package var timeoutMillis = 30_000
  /// Most bytes of the answer, unpacked.
  package var bodyLimit = 4 << 20

  /// A request with the usual limits.
  package init(address: String) { self.address = address }
}

/// The answer to a request.
package struct HTTPResponse: Sendable {
  /// Most headers that are kept, and most bytes of them together.
  package static let headerLimit = (count: 128, bytes: 64 << 10)

  /// The status, for example 200. Redirections are answers like any other: they are not followed.
  package var status: Int
  /// Headers, names in lower case, in the order in which they came.
  package var headers: [(name: String, value: String)]
  /// The body, unpacked.
  package var body: [UInt8]

  /// An answer as given.
  package init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first header of a name in lower case.
  package subscript(name: String) -> String? { headers.first { $0.name == name }?.value }
}
