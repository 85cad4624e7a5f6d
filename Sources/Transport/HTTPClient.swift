import CCurl
import Glibc

/// Asks for things over HTTP, one after the other, on the caller's thread. The connection is kept between requests.
///
/// Redirections are not followed, no cookies are kept, other protocols are refused, TLS is verified by the system's
/// certificates. Proxies are taken from the environment, but never for this machine itself.
package final class HTTPClient {
  static let library = hrm_curl_global_init()

  private let handle: UnsafeMutableRawPointer
  private let userAgent: String

  /// A client that names itself so.
  package init(userAgent: String) {
    precondition(Self.library == CURLE_OK, "libcurl cannot be initialised")
    handle = curl_easy_init()!
    self.userAgent = userAgent
  }

  deinit { curl_easy_cleanup(handle) }

  /// What a request has brought so far.
  private final class Receipt {
    let bodyLimit: Int
    var body: [UInt8] = []
    var headers: [(name: String, value: String)] = []
    var headerBytes = 0
    var isTooLarge = false

    init(bodyLimit: Int) { self.bodyLimit = bodyLimit }

    func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
      guard body.count + bytes.count <= bodyLimit else {
        isTooLarge = true
        return false
      }
      body.append(contentsOf: bytes)
      return true
    }

    func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
      headerBytes += bytes.count
      guard headerBytes <= HTTPResponse.headerLimit.bytes, headers.count < HTTPResponse.headerLimit.count else {
        isTooLarge = true
        return false
      }
      let line = String(decoding: bytes, as: UTF8.self)
      // A new status line begins the headers anew: of a proxy, or after 100.
      if line.hasPrefix("HTTP/") { headers = [] }
      guard let colon = line.firstIndex(of: ":") else { return true }
      let value = line[line.index(after: colon)...].drop { $0.isWhitespace }
      let end = value.lastIndex { !$0.isWhitespace }.map { value.index(after: $0) } ?? value.startIndex
      headers.append((line[..<colon].lowercased(), String(value[..<end])))
      return true
    }
  }

  /// The answer, whatever its status. Throws `TransportError`.
  package func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
    guard request.address.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { throw .badAddress(request.address) }
    let receipt = Receipt(bodyLimit: request.bodyLimit)
    // Everything but connections and caches is as new.
    curl_easy_reset(handle)
    var list: UnsafeMutablePointer<curl_slist>?
    defer { curl_slist_free_all(list) }
    for header in request.headers { list = curl_slist_append(list, "\(header.name): \(header.value)") }
    set(request, headers: list)
    let receive: hrm_curl_receiver = { bytes, _, count, context in
      let receipt = Unmanaged<Receipt>.fromOpaque(context!).takeUnretainedValue()
      return receipt.takeBody(UnsafeRawBufferPointer(start: bytes, count: count)) ? count : 0
    }
    let receiveHeader: hrm_curl_receiver = { bytes, _, count, context in
      let receipt = Unmanaged<Receipt>.fromOpaque(context!).takeUnretainedValue()
      return receipt.takeHeader(UnsafeRawBufferPointer(start: bytes, count: count)) ? count : 0
    }
    hrm_curl_set_receivers(handle, receive, receiveHeader, Unmanaged.passUnretained(receipt).toOpaque())
    let code = withExtendedLifetime(receipt) { perform(posting: request.body) }
    guard code == CURLE_OK else { throw error(code, request, receipt) }
    var status = 0
    hrm_curl_status(handle, &status)
    return HTTPResponse(status: status, headers: receipt.headers, body: receipt.body)
  }

  private func perform(posting body: [UInt8]?) -> CURLcode {
    guard let body else { return curl_easy_perform(handle) }
    return body.withUnsafeBytes { bytes in
      // A body without bytes must not be taken for one that is still to be read.
      var none: UInt8 = 0
      return withUnsafeMutablePointer(to: &none) { empty in
        let start = bytes.baseAddress ?? UnsafeRawPointer(empty)
        hrm_curl_set_number(handle, CURLOPT_POSTFIELDSIZE, bytes.count)
        hrm_curl_set_pointer(handle, CURLOPT_POSTFIELDS, UnsafeMutableRawPointer(mutating: start))
        return curl_easy_perform(handle)
      }
    }
  }

  private func set(_ request: HTTPRequest, headers: UnsafeMutablePointer<curl_slist>?) {
    hrm_curl_set_text(handle, CURLOPT_URL, request.address)
    hrm_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https")
    hrm_curl_set_text(handle, CURLOPT_USERAGENT, userAgent)
    // All packings that libcurl knows.
    hrm_curl_set_text(handle, CURLOPT_ACCEPT_ENCODING, "")
    hrm_curl_set_number(handle, CURLOPT_FOLLOWLOCATION, 0)
    // Without it a timeout of the name's resolution would be a signal.
    hrm_curl_set_number(handle, CURLOPT_NOSIGNAL, 1)
    hrm_curl_set_number(handle, CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeoutMillis)
    hrm_curl_set_number(handle, CURLOPT_TIMEOUT_MS, request.timeoutMillis)
    hrm_curl_set_pointer(handle, CURLOPT_HTTPHEADER, headers)
    if LoopbackAddress.isLoopback(request.address) { hrm_curl_set_text(handle, CURLOPT_PROXY, "") }
  }

  private func error(_ code: CURLcode, _ request: HTTPRequest, _ receipt: Receipt) -> TransportError {
    if receipt.isTooLarge { return .tooLarge(limit: request.bodyLimit) }
    // What answers without a status line is taken for HTTP 0.9.
    if code == CURLE_UNSUPPORTED_PROTOCOL, request.address.hasPrefix("http") { return .broken("no HTTP") }
    return TransportError(code, address: request.address)
  }
}
