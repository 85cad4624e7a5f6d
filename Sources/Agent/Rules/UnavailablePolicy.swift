import Core

/// Stands where a policy should be that could not be loaded, so that the ladder decides in its place and the record says
/// why. It can never be put in charge by a person.
public struct UnavailablePolicy: Policy {
  /// In place of the SHA-256 of weights that nobody could verify.
  public static let hash = "unavailable"
  /// Name of the missing policy; no weights.
  public let identity: PolicyIdentity

  /// A stand-in for the policy with that name.
  public init(name: String) { identity = PolicyIdentity(name: name, sha256: Self.hash, isUntrained: false) }

  /// Remembers nothing.
  public mutating func observe(_ observation: Observation) {}

  /// Never decides.
  public mutating func decide(_ observation: Observation) -> PolicyAnswer {
    .failure(.loadFailed, "\(identity.name) could not be loaded at the start")
  }
}
