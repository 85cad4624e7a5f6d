/// An archive that is, or was, removed from a journal.
public struct PrunedArchive: Hashable, Sendable {
  /// The file.
  public var path: String
  /// Its first and its last record.
  public var first: UInt64, last: UInt64
  /// SHA-256 of the chain up to its last record: what the records that stay continue.
  public var headHash: [UInt8]
}
