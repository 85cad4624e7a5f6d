/// Why the catalog cannot do what was asked, in one line with the remedy.
package struct CatalogError: Error, Equatable, CustomStringConvertible {
  /// What kind of trouble it is, for exit codes.
  package enum Kind: Sendable {
    /// What was asked for makes no sense.
    case usage
    /// There is nothing of that name.
    case missing
    /// A file's content cannot be used.
    case data
    /// A file cannot be written.
    case output
  }

  /// Kind of trouble.
  package var kind: Kind
  /// What is wrong, and what to do.
  package var description: String

  /// An error as given.
  package init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
