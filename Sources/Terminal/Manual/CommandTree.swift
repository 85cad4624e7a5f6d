import Foundation

/// A command with its options and subcommands, as the argument parser describes it (`--experimental-dump-help`).
package struct CommandTree: Decodable, Sendable {
  /// An option, a flag or a positional argument.
  package struct Argument: Decodable, Sendable {
    package enum Kind: String, Decodable, Sendable { case positional, option, flag }
    package struct Name: Decodable, Sendable {
      enum Kind: String, Decodable { case long, short, longWithSingleDash }
      var kind: Kind
      var name: String
      /// As it is typed.
      package var text: String { (kind == .long ? "--" : "-") + name }
    }
    package var kind: Kind
    var shouldDisplay: Bool
    package var isOptional: Bool
    /// Whether it may stand more than once.
    package var isRepeating: Bool
    package var names: [Name]?
    package var valueName: String?
    package var defaultValue: String?
    /// How it takes values, for example `upToNextOption`.
    package var parsingStrategy: String?
    var abstract: String?
    var discussion: String?

    /// As a reader of a manual sees it, for example `--home <dir>`.
    package var spelling: String {
      let value = "<\(valueName ?? "value")>"
      guard kind != .positional else { return value + (isRepeating ? "…" : "") }
      let names = (names ?? []).map(\.text).joined(separator: ", ")
      return kind == .option ? "\(names) \(value)" : names
    }

    /// What it is for, with its default.
    var explanation: String {
      let parts = [abstract, discussion, defaultValue.map { "Default: \($0)." }]
      return parts.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " ")
    }
  }

  package var commandName: String
  var superCommands: [String]?
  var shouldDisplay: Bool
  package var abstract: String?
  package var discussion: String?
  /// The subcommand that is meant where none is named.
  package var defaultSubcommand: String?
  package var subcommands: [CommandTree]?
  package var arguments: [Argument]?

  /// With the commands above it, as it is typed.
  package var path: String { ((superCommands ?? []) + [commandName]).joined(separator: " ") }

  /// This command and all below it, in the order of the help; without the parser's own `help` and what is hidden.
  package var all: [CommandTree] {
    [self] + (subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" }.flatMap(\.all)
  }

  /// Options and arguments that a manual lists: those of every command are said once.
  var listed: [Argument] {
    (arguments ?? []).filter { argument in
      argument.shouldDisplay && !(argument.names ?? []).contains { ["help", "version"].contains($0.name) }
    }
  }

  /// Reads what the parser wrote.
  package static func decode(_ json: [UInt8]) throws -> CommandTree {
    struct Document: Decodable { var command: CommandTree }
    return try JSONDecoder().decode(Document.self, from: Data(json)).command
  }
}
