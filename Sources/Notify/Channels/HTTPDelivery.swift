import Transport

/// Posting JSON, and what the answer means for a delivery.
enum HTTPDelivery {
  /// Throws unless an address is https, or of this machine.
  static func check(_ address: String, channel: String) throws(ChannelError) {
    guard let host = LoopbackAddress.host(of: address), !host.isEmpty,
      address.hasPrefix("https://") || (address.hasPrefix("http://") && LoopbackAddress.isLoopback(address))
    else { throw ChannelError("\(channel): the address must begin with https://") }
  }

  /// Posts; `clean` takes secrets out of what the network said.
  static func post(
    _ body: [UInt8], to address: String, headers: [(name: String, value: String)] = [], clean: (String) -> String
  ) -> DeliveryResult {
    var request = HTTPRequest(address: address)
    request.headers = headers + [(name: "Content-Type", value: "application/json")]
    request.body = body
    request.timeoutMillis = 15_000
    request.bodyLimit = 64 << 10
    do {
      // A connection of its own: messages are rare.
      let answer = try HTTPClient(userAgent: "hrmbot").send(request)
      if (200..<300).contains(answer.status) { return .sent }
      return .failed(
        "answer \(answer.status)", isTransient: answer.status >= 500 || [408, 425, 429].contains(answer.status),
        afterSeconds: answer["retry-after"].flatMap { Int($0) }.map { max(0, min($0, 3600)) })
    } catch {
      // The address may hold a secret.
      if case .badAddress = error { return .failed("the address cannot be asked", isTransient: false) }
      return .failed(clean(error.description), isTransient: error.isTransient)
    }
  }
}
