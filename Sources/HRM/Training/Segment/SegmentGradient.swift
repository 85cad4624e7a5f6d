/// How far back a training step goes within its segment.
public enum SegmentGradient: String, Codable, Sendable, CaseIterable {
  /// Through the last L and the last H call, as published.
  case oneStep
  /// Through the last cycle: all T calls of L and the call of H. Source: "Less is More: Recursive Reasoning with Tiny
  /// Networks" (arXiv 2510.04871).
  case lastCycle

  /// Calls of L that are gone back through: what memory and time of the backward pass grow with.
  func recordedSteps(_ architecture: HRMArchitecture) -> Int { self == .oneStep ? 1 : architecture.tSteps }
}
