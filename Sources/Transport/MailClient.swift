import CCurl
import Glibc

/// One letter to hand to a mail server.
package struct MailRequest: Sendable {
  /// The server: `smtps://host:465`, or `smtp://host:587` with STARTTLS.
  package var address: String
  /// User and password; nil: the server asks for none.
  package var login: (user: String, password: String)?
  /// Address of the sender, without name.
  package var sender: String
  /// Addresses of the recipients, without names.
  package var recipients: [String]
  /// Headers and body, lines ended by CR and LF.
  package var letter: [UInt8]
  /// Time for the connection, and for everything, in milliseconds.
  package var connectTimeoutMillis = 10_000
  package var timeoutMillis = 30_000

  /// A letter as given.
  package init(
    address: String, login: (user: String, password: String)?, sender: String, recipients: [String], letter: [UInt8]
  ) {
    self.address = address
    self.login = login
    self.sender = sender
    self.recipients = recipients
    self.letter = letter
  }
}

/// Hands letters to a mail server, on the caller's thread, a connection each.
///
/// Nothing is said before the connection is encrypted and the certificate verified, except to this machine itself.
package enum MailClient {
  private final class Source {
    var rest: ArraySlice<UInt8>
    init(_ letter: [UInt8]) { rest = letter[...] }

    func give(_ bytes: UnsafeMutablePointer<CChar>, _ room: Int) -> Int {
      let part = rest.prefix(room)
      part.withUnsafeBytes { source in
        guard let begin = source.baseAddress else { return }
        memcpy(bytes, begin, source.count)
      }
      rest = rest.dropFirst(part.count)
      return part.count
    }
  }

  /// Hands a letter over. Throws `TransportError`; `.refused` where the server takes it from nobody like us.
  package static func send(_ request: MailRequest) throws(TransportError) {
    precondition(HTTPClient.library == CURLE_OK, "libcurl cannot be initialised")
    guard request.address.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { throw .badAddress(request.address) }
    for mailbox in request.recipients + [request.sender] where !isMailbox(mailbox) { throw .badAddress(mailbox) }
    guard !request.recipients.isEmpty else { throw .badAddress("no recipient") }
    let handle = curl_easy_init()!
    defer { curl_easy_cleanup(handle) }
    var list: UnsafeMutablePointer<curl_slist>?
    defer { curl_slist_free_all(list) }
    for recipient in request.recipients { list = curl_slist_append(list, "<\(recipient)>") }
    set(request, handle, recipients: list)
    let source = Source(request.letter)
    let give: hrm_curl_receiver = { bytes, size, count, context in
      let source = Unmanaged<Source>.fromOpaque(context!).takeUnretainedValue()
      return source.rest.isEmpty ? 0 : source.give(bytes!, size * count)
    }
    hrm_curl_set_source(handle, give, Unmanaged.passUnretained(source).toOpaque())
    let code = withExtendedLifetime(source) { curl_easy_perform(handle) }
    guard code != CURLE_OK else { return }
    var answer = 0
    hrm_curl_status(handle, &answer)
    // 5xx is final in this protocol, 4xx is not.
    if code != CURLE_LOGIN_DENIED, (500..<600).contains(answer) { throw .refused("the server answers \(answer)") }
    throw TransportError(code, address: request.address)
  }

  private static func set(
    _ request: MailRequest, _ handle: UnsafeMutableRawPointer, recipients: UnsafeMutablePointer<curl_slist>?
  ) {
    hrm_curl_set_text(handle, CURLOPT_URL, request.address)
    hrm_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps")
    hrm_curl_set_number(handle, CURLOPT_NOSIGNAL, 1)
    hrm_curl_set_number(handle, CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeoutMillis)
    hrm_curl_set_number(handle, CURLOPT_TIMEOUT_MS, request.timeoutMillis)
    let isLocal = LoopbackAddress.isLoopback(request.address)
    if isLocal { hrm_curl_set_text(handle, CURLOPT_PROXY, "") }
    hrm_curl_set_number(handle, CURLOPT_USE_SSL, Int(isLocal ? CURLUSESSL_TRY.rawValue : CURLUSESSL_ALL.rawValue))
    hrm_curl_set_text(handle, CURLOPT_MAIL_FROM, "<\(request.sender)>")
    hrm_curl_set_pointer(handle, CURLOPT_MAIL_RCPT, recipients)
    hrm_curl_set_number(handle, CURLOPT_UPLOAD, 1)
    guard let login = request.login else { return }
    hrm_curl_set_text(handle, CURLOPT_USERNAME, login.user)
    hrm_curl_set_text(handle, CURLOPT_PASSWORD, login.password)
  }

  /// Whether a text is `name@host` and nothing that could be more than one address or a command of its own.
  package static func isMailbox(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && text.utf8.count <= 254
      && text.utf8.allSatisfy { $0 > 32 && $0 < 127 && !Array("<>()[],;:\\\"".utf8).contains($0) }
  }
}
