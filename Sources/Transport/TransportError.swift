/// Why a request has no answer.
package enum TransportError: Error, Equatable {
  /// The address is none that is asked: no `http` or `https`, or not one at all.
  case badAddress(String)
  /// The name of the host is unknown.
  case unknownHost(String)
  /// Nobody can be reached there.
  case unreachable(String)
  /// The certificate or the handshake is not to be trusted.
  case insecure(String)
  /// No answer, or not all of it, in time.
  case timeout(String)
  /// The connection ended, or what came is no HTTP.
  case broken(String)
  /// The other side does not take it, and says so.
  case refused(String)
  /// The answer is larger than allowed.
  case tooLarge(limit: Int)
}

extension TransportError {
  /// Whether asking again may help.
  package var isTransient: Bool {
    switch self {
    case .badAddress, .insecure, .refused, .tooLarge: false
    case .unknownHost, .unreachable, .timeout, .broken: true
    }
  }
}

extension TransportError: CustomStringConvertible {
  /// What is wrong, in one line.
  package var description: String {
    switch self {
    case .badAddress(let text): "no address that can be asked: \(text)"
    case .unknownHost(let text): "unknown host: \(text)"
    case .unreachable(let text): "not reachable: \(text)"
    case .insecure(let text): "not secure: \(text)"
    case .timeout(let text): "no answer in time: \(text)"
    case .broken(let text): "the connection broke: \(text)"
    case .refused(let text): "refused: \(text)"
    case .tooLarge(let limit): "the answer is larger than \(limit) bytes"
    }
  }
}
