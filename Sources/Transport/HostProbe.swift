import CCurl

/// What can be learned of a server without asking it for anything: is it there, is it who it says it is, what time has it.
package struct HostProbe: Sendable, Equatable {
  /// Seconds since 1970 at which its certificate ends; nil: it has none.
  package var certificateEnd: Int64?
  /// Its clock, in seconds since 1970; nil: it does not say.
  package var clock: Int64?

  /// Knocks at `http`, `https`, `smtp` or `smtps`. Throws `TransportError`; `.insecure` for a certificate that is not to be
  /// trusted. `authorities`: file with certificates to trust instead of the system's, for tests.
  package static func knock(
    _ address: String, authorities: String? = nil, timeoutMillis: Int = 10_000
  ) throws(TransportError) -> HostProbe {
    precondition(HTTPClient.library == CURLE_OK, "libcurl cannot be initialised")
    guard address.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { throw .badAddress(address) }
    let handle = curl_easy_init()!
    defer { curl_easy_cleanup(handle) }
    let isLocal = LoopbackAddress.isLoopback(address)
    hrm_curl_set_text(handle, CURLOPT_URL, address)
    hrm_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https,smtp,smtps")
    hrm_curl_set_number(handle, CURLOPT_NOBODY, 1)
    hrm_curl_set_number(handle, CURLOPT_NOSIGNAL, 1)
    hrm_curl_set_number(handle, CURLOPT_CERTINFO, 1)
    hrm_curl_set_number(handle, CURLOPT_TIMEOUT_MS, timeoutMillis)
    hrm_curl_set_number(handle, CURLOPT_USE_SSL, Int(isLocal ? CURLUSESSL_TRY.rawValue : CURLUSESSL_ALL.rawValue))
    if isLocal { hrm_curl_set_text(handle, CURLOPT_PROXY, "") }
    if let authorities { hrm_curl_set_text(handle, CURLOPT_CAINFO, authorities) }
    if address.hasPrefix("smtp") { hrm_curl_set_text(handle, CURLOPT_CUSTOMREQUEST, "NOOP") }
    let box = Box()
    let receive: hrm_curl_receiver = { bytes, size, count, context in
      let box = Unmanaged<Box>.fromOpaque(context!).takeUnretainedValue()
      let raw = UnsafeRawBufferPointer(start: bytes, count: size * count)
      box.take(String(decoding: raw.prefix(200), as: UTF8.self))
      return size * count
    }
    hrm_curl_set_receivers(handle, receive, receive, Unmanaged.passUnretained(box).toOpaque())
    let code = withExtendedLifetime(box) { curl_easy_perform(handle) }
    guard code == CURLE_OK else { throw TransportError(code, address: address) }
    let end = hrm_curl_certificate_end(handle)
    return HostProbe(certificateEnd: end < 0 ? nil : Int64(end), clock: box.date)
  }

  private final class Box {
    var date: Int64?

    func take(_ line: String) {
      guard line.lowercased().hasPrefix("date:") else { return }
      let seconds = curl_getdate(String(line.dropFirst(5)), nil)
      date = seconds < 0 ? nil : Int64(seconds)
    }
  }
}
