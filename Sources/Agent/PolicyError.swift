/// Why a policy cannot be had. The text names the file, the value and the remedy.
public enum PolicyError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A parameter is out of range.
  case parameters(String)
  /// The files of a policy are missing, damaged or not what the manifest says: it must not decide.
  case unavailable(String)
  /// No policy has that name.
  case unknown(name: String, known: [String])

  /// The text for a person.
  public var description: String {
    switch self {
    case .parameters(let text): text
    case .unavailable(let text): "unavailable: \(text)"
    case .unknown(let name, let known): "no policy is called \(name); known: \(known.joined(separator: ", "))"
    }
  }
}
