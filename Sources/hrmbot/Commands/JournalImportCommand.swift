import ArgumentParser
import Bot
import Digest
import Foundation
import Glibc
import Journal

struct JournalImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Make a journal of a whole export, every hash computed anew.",
    discussion: """
      The chain must come to the hash that the export names, or nothing is left of it (exit code 65). Archives become one
      file. --hash demands a hash that you know from elsewhere, for whoever changes an export can change its first line.

      EXAMPLES
        hrmbot journal export --whole --out journal.jsonl
        hrmbot journal import journal.jsonl --to copy
      """)
  /// Longest line, in bytes: a record's payload has no limit of its own, but a file without line ends is none of ours.
  private static let lineLimit = 64 << 20

  @Argument(help: "File made by `hrmbot journal export --whole`.") var file: String
  @Option(help: ArgumentHelp("Directory of the new journal; must not exist.", valueName: "dir")) var to: String
  @Option(help: "Hash that the journal must end with, as `hrmbot journal check` prints it.") var hash: String?
  @Flag(help: "One JSON object.") var json = false

  func run() throws {
    guard let input = fopen(file, "re") else {
      throw StartError("\(file): \(String(cString: strerror(errno)))", exitCode: 66)
    }
    defer { fclose(input) }
    let head = try JournalOptions.reading(to) { () -> JournalHead in
      guard let line = try Self.line(input) else { throw StartError("\(file): is empty", exitCode: 65) }
      let head = try ExportHead(line: line)
      if let hash, hash.lowercased() != SHA256.hex(head.end.hash) {
        throw StartError("\(file): ends with hash \(SHA256.hex(head.end.hash)), not \(hash)", exitCode: 65)
      }
      let making = try JournalImport(directory: to, head: head)
      do {
        while let line = try Self.line(input) { try making.take(line) }
        return try making.finish()
      } catch {
        making.cancel()
        throw error
      }
    }
    let text = SHA256.hex(head.hash)
    print(
      json
        ? "{\"hash\":\"\(text)\",\"records\":\(head.count)}"
        : "good: \(head.count) records, hash \(text); the journal is \(to)")
  }

  /// The next line without its end; nil: there is none.
  private static func line(_ input: UnsafeMutablePointer<FILE>) throws -> [UInt8]? {
    var buffer: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(buffer) }
    let count = getline(&buffer, &capacity, input)
    guard count > 0, let buffer else { return nil }
    guard count <= lineLimit else { throw StartError("a line has \(count) bytes: this is no export", exitCode: 65) }
    let bytes = UnsafeRawBufferPointer(start: buffer, count: count)
    return Array(bytes.last == 10 ? bytes.dropLast() : bytes[...])
  }
}
