/// A text that must not appear in logs, errors, dumps or interpolations: it prints as `***`.
public struct Secret: Sendable {
  private let text: String

  /// Wraps a secret.
  public init(_ text: String) { self.text = text }

  /// Whether there is nothing in it.
  public var isEmpty: Bool { text.isEmpty }

  /// Lends the text to `body`: the only way to it, so that a search finds every use.
  public func withRevealed<Result>(_ body: (String) throws -> Result) rethrows -> Result { try body(text) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// `***`.
  public var description: String { "***" }
  /// `***`.
  public var debugDescription: String { "***" }
  /// No children, so that `dump` shows nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
