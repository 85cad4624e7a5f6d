import CCurl

extension TransportError {
  /// What a code of libcurl means. `address` is named where it is the address that is wrong.
  init(_ code: CURLcode, address: String) {
    let text = String(cString: curl_easy_strerror(code))
    switch code {
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT: self = .badAddress(address)
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: self = .unknownHost(text)
    case CURLE_COULDNT_CONNECT: self = .unreachable(text)
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE, CURLE_USE_SSL_FAILED:
      self = .insecure(text)
    case CURLE_OPERATION_TIMEDOUT: self = .timeout(text)
    case CURLE_LOGIN_DENIED: self = .refused("the login is not accepted")
    default: self = .broken(text)
    }
  }
}
