/// Networks of one size that lack a part of the idea, to see what the part is good for.
public enum HRMForm: String, Codable, Sendable, CaseIterable {
  /// Two modules, N cycles of T steps, several segments.
  case hierarchy
  /// All blocks once, one after the other: a plain transformer. N = T = 1, one segment.
  case plain
  /// The plain transformer in the outer loop of segments: N = T = 1.
  case plainLoop
  /// One module that has all blocks and plays H and L.
  case collapsed
  /// The hierarchy with one segment.
  case depth1

  /// Whether a decision has one segment, whatever else is asked for.
  public var hasOneSegment: Bool { self == .plain || self == .depth1 }
  /// Whether a segment is one call of L and one of H.
  public var hasOneStep: Bool { self == .plain || self == .plainLoop }

  /// For a person.
  public var text: String {
    switch self {
    case .hierarchy: "two modules, cycles of steps, segments"
    case .plain: "a plain transformer: every block once, one segment"
    case .plainLoop: "a plain transformer in a loop of segments"
    case .collapsed: "one module plays H and L"
    case .depth1: "two modules, cycles of steps, one segment"
    }
  }
}

extension HRMArchitecture {
  /// Modules that are not two.
  public enum Sharing: String, Codable, Sendable {
    /// H applies the blocks of L.
    case collapsed
  }

  /// The module whose blocks the slow module applies, as tensors are named.
  package var slowBlocks: String { sharing == .collapsed ? "L" : "H" }

  /// What this network is.
  public var form: HRMForm {
    if sharing == .collapsed { return .collapsed }
    if nCycles == 1 && tSteps == 1 { return maxSegments == 1 ? .plain : .plainLoop }
    return maxSegments == 1 ? .depth1 : .hierarchy
  }

  /// The network of another form with as many parameters. Throws a `ModelError` if its modules differ in shape and are to
  /// be one.
  public func formed(as form: HRMForm) throws -> HRMArchitecture {
    var result = self
    if form.hasOneSegment { result.maxSegments = 1 }
    if form.hasOneStep { (result.nCycles, result.tSteps) = (1, 1) }
    guard form == .collapsed, sharing == nil else { return result }
    guard dH == dL, headsH == headsL else {
      throw ModelError(
        file: "architecture", subject: "form",
        reason: "is collapsed, but modules of widths \(dH) and \(dL) with \(headsH) and \(headsL) heads cannot be one")
    }
    result.sharing = .collapsed
    (result.layersH, result.layersL) = (layersH + layersL, layersH + layersL)
    return result
  }
}
