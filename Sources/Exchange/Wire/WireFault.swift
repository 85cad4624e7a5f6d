/// Why a request was not carried out, or a line not understood.
public struct WireFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// Kinds of faults. Names are part of the protocol.
  public enum Code: String, Sendable, CaseIterable {
    /// The line is not a message of the protocol, or a value in it is not allowed.
    case invalid
    /// The first request of a session must be a hello of a known version.
    case hello
    /// Too many requests; surely not carried out.
    case rate
    /// Too much waits for an answer; surely not carried out.
    case busy
    /// The exchange does not offer it; surely not carried out.
    case unsupported
    /// The ledger cannot be written now: nothing is known about the outcome.
    case unavailable
    /// As a venue answers that has lost its way inside: the request may or may not have been carried out.
    case unknown

    /// Whether the request was surely not carried out.
    public var isRefusal: Bool { self != .unavailable && self != .unknown }
  }

  /// What kind of fault.
  public let code: Code
  /// What was wrong, in words.
  public let detail: String

  /// A fault as given.
  public init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  /// One line.
  public var description: String { "\(code.rawValue): \(detail)" }
}
