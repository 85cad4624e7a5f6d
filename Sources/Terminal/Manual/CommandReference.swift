/// The article `docs/commands.md`: every command with its options and examples.
package enum CommandReference {
  /// The article.
  package static func text(of tree: CommandTree) -> String {
    var out = """
      # Commands

      This page is written by `hrmbot manual --markdown`; `scripts/generate` writes it anew, and a test fails while it is out of date.
      `hrmbot COMMAND --help` says the same in a terminal, `man hrmbot` where the bot is installed. Every command knows `--help`,
      and `--version`. Exit codes: [exit-codes.md](exit-codes.md). Settings: [configuration.md](configuration.md).

      | command | what it does |
      | --- | --- |

      """
    for command in tree.all.dropFirst() {
      out += "| [`\(command.path)`](#\(anchor(command.path))) | \(cell(command.abstract ?? "")) |\n"
    }
    return out + tree.all.dropFirst().map(section).joined()
  }

  private static func section(_ command: CommandTree) -> String {
    var out = "\n## \(command.path)\n\n\(command.abstract ?? "")\n"
    if let discussion = command.discussion, !discussion.isEmpty { out += "\n```text\n\(discussion)\n```\n" }
    if !command.listed.isEmpty {
      out += "\n| option | meaning |\n| --- | --- |\n"
      for argument in command.listed { out += "| `\(cell(argument.spelling))` | \(cell(argument.explanation)) |\n" }
    }
    return out
  }

  private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|").replacing("\n", with: " ") }
  private static func anchor(_ path: String) -> String { path.replacing(" ", with: "-") }
}
