import CCurl
import Glibc

/// Asks for things over HTTP, one after the other, on the caller's thread. The connection is kept between requests.
///
/// Redirections are not followed, no cookies are kept, other protocols are refused, TLS is verified by the system's
/// certificates. Proxies are taken from the environment, but never for this machine itself.
package final class HTTPClient {
  private static let library = hrm_curl_global_init()

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
  package func get(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
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
    let code = withExtendedLifetime(receipt) { curl_easy_perform(handle) }
    guard code == CURLE_OK else { throw error(code, request, receipt) }
    var status = 0
    hrm_curl_status(handle, &status)
    return HTTPResponse(status: status, headers: receipt.headers, body: receipt.body)
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
    let host = request.address.split(separator: "/", maxSplits: 2).dropFirst().first ?? ""
    if host.hasPrefix("127.") || host.hasPrefix("localhost") || host.hasPrefix("[::1]") {
      hrm_curl_set_text(handle, CURLOPT_PROXY, "")
    }
  }

  private func error(_ code: CURLcode, _ request: HTTPRequest, _ receipt: Receipt) -> TransportError {
    if receipt.isTooLarge { return .tooLarge(limit: request.bodyLimit) }
    let text = String(cString: curl_easy_strerror(code))
    switch code {
    // What answers without a status line is taken for HTTP 0.9.
    case CURLE_UNSUPPORTED_PROTOCOL where request.address.hasPrefix("http"): return .broken("no HTTP")
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT: return .badAddress(request.address)
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: return .unknownHost(text)
    case CURLE_COULDNT_CONNECT: return .unreachable(text)
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE: return .insecure(text)
    case CURLE_OPERATION_TIMEDOUT: return .timeout(text)
    default: return .broken(text)
    }
  }
}
