import Glibc

/// A file operation that failed.
package struct FileError: Error, CustomStringConvertible {
  /// The file or directory.
  package var path: String
  /// The call that failed, such as `open`.
  package var operation: String
  /// The system's error number.
  package var code: Int32

  /// An error as given.
  package init(path: String, operation: String, code: Int32) {
    self.path = path
    self.operation = operation
    self.code = code
  }

  /// Path, call and the system's words, in one line.
  package var description: String { "\(path): \(operation): \(Self.text(of: code))" }

  /// The system's words for an error number; by default the present `errno`.
  package static func text(of code: Int32 = errno) -> String { String(cString: strerror(code)) }
}
