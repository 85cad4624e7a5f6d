/// Why a ledger file cannot be used.
public struct PaperLedgerError: Error, Equatable, CustomStringConvertible, Sendable {
  /// Path of the file.
  public let file: String
  /// What is wrong, with the value found.
  public let detail: String
  /// What a person can do.
  public let remedy: String

  init(file: String, detail: String, remedy: String) {
    self.file = file
    self.detail = detail
    self.remedy = remedy
  }

  /// File, fault and remedy in one line.
  public var description: String { "paper ledger \(file): \(detail). \(remedy)." }
}

/// How hard the ledger holds on to what it was given.
public enum PaperDurability: String, Sendable, CaseIterable {
  /// Every change is on disk before `save` returns.
  case full
  /// Changes are written in batches and at `close`: for runs in virtual time, which a crash simply ends.
  case relaxed
}
