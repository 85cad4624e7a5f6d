/// Why a file, a directory or an architecture was refused.
public struct ModelError: Error, Equatable, CustomStringConvertible {
  /// File or directory at fault; `(memory)` for bytes without a file.
  public let file: String
  /// Tensor or field at fault, if one is.
  public let subject: String?
  /// What is wrong, with the offending value, and what would be right.
  public let reason: String

  /// An error as given.
  public init(file: String, subject: String? = nil, reason: String) {
    self.file = file
    self.subject = subject
    self.reason = reason
  }

  /// File, subject and reason in one line.
  public var description: String {
    if let subject { "\(file): \(subject): \(reason)" } else { "\(file): \(reason)" }
  }
}
