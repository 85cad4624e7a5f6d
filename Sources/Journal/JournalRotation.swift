/// When the journal begins a new file, and how many old ones it keeps.
public struct JournalRotation: Hashable, Sendable {
  /// Size in bytes, roughly, from which the file becomes an archive; 0: never.
  public var limitBytes: Int
  /// Archives that are kept; 0: all.
  public var keptArchives: Int

  /// A rule as given. Negative numbers count as 0.
  public init(limitBytes: Int, keptArchives: Int) {
    self.limitBytes = max(0, limitBytes)
    self.keptArchives = max(0, keptArchives)
  }

  /// One file for ever.
  public static let never = JournalRotation(limitBytes: 0, keptArchives: 0)
}

/// What a rotation has just done: where a test lets it die.
package enum RotationStep: CaseIterable, Sendable {
  case headWritten, settled, successorMade, linked, switched, protected, reopened, removalNoted, removed
}
