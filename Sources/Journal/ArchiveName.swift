/// The name of an archive file: `journal-<first>-<last>.sqlite`.
public struct ArchiveName: Hashable, Sendable, CustomStringConvertible {
  /// Directory of archives below the journal's.
  public static let directory = "archive"
  /// Sequence number of the file's first record.
  public let first: UInt64
  /// Sequence number of its last.
  public let last: UInt64

  /// The name for records `first` to `last`.
  init(first: UInt64, last: UInt64) {
    self.first = first
    self.last = last
  }

  /// Reads a file's name; nil for any other file.
  public init?(_ text: String) {
    guard text.hasPrefix("journal-"), text.hasSuffix(".sqlite") else { return nil }
    let numbers = text.dropFirst(8).dropLast(7).split(separator: "-", omittingEmptySubsequences: false)
    guard numbers.count == 2, let first = UInt64(numbers[0]), let last = UInt64(numbers[1]), first >= 1, last >= first
    else { return nil }
    self.init(first: first, last: last)
    // Leading zeros and signs would make two names of one file.
    guard description == text else { return nil }
  }

  /// The file's name.
  public var description: String { "journal-\(first)-\(last).sqlite" }

  /// The file below a journal's directory.
  public func path(in directory: String) -> String { "\(directory)/\(Self.directory)/\(description)" }
}
