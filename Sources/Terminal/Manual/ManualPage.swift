import Core

/// The manual page of a program, in the language of `man`.
package enum ManualPage {
  /// The page, section 1. `version` and what else is said come from outside, so that the same tree gives the same page.
  package static func text(of tree: CommandTree, version: String) -> String {
    var out = """
      .\\" Written by `hrmbot manual`.
      .TH \(tree.commandName.uppercased()) 1 "" "\(tree.commandName) \(escape(version))" "User Commands"
      .SH NAME
      \(escape(tree.commandName)) \\- \(escape(tree.abstract ?? ""))
      .SH SYNOPSIS
      .B \(escape(tree.commandName))
      .RI [ command ]
      .RI [ options ]
      .br
      .B \(escape(tree.commandName))
      .RI [ command ]
      .B \\-\\-help
      .SH DESCRIPTION

      """
    out += verbatim(tree.discussion)
    let commands = tree.all.dropFirst()
    if commands.isEmpty {
      out += ".SH OPTIONS\n" + options(tree)
    } else {
      out += options(tree) + ".SH COMMANDS\n" + commands.map(section).joined()
    }
    return out + statuses + environment
  }

  private static func section(_ command: CommandTree) -> String {
    ".SS \(escape(command.path))\n\(line(command.abstract ?? ""))" + verbatim(command.discussion) + options(command)
  }

  private static func options(_ command: CommandTree) -> String {
    command.listed.map { ".TP\n.B \(escape($0.spelling))\n\(line($0.explanation))" }.joined()
  }

  private static let statuses =
    ".SH EXIT STATUS\n" + ExitStatus.allCases.map { ".TP\n.B \($0.rawValue)\n\(line($0.meaning))" }.joined()

  private static let environment = """
    .SH ENVIRONMENT
    .TP
    .B HRMBOT_HOME
    The state directory, where \\-\\-home does not name one.
    .TP
    .B HRMBOT_CONTROL
    The control directory, where it is not in the state directory.
    .TP
    .B HRMBOT_SECTION_KEY
    A value of the settings: HRMBOT_RISK_MAX_DRAWDOWN is risk.max_drawdown.
    .TP
    .B NO_COLOR
    No colours, unless \\-\\-color always.
    .SH FILES
    .TP
    .I /etc/hrmbot/settings.yaml
    Settings of the service.
    .TP
    .I /var/lib/hrmbot, ~/.local/state/hrmbot
    State of the service, and of a bot that is started by hand: journal, latch, paper account.
    .TP
    .I /usr/share/doc/hrmbot
    Articles. index.md says which answers what.

    """

  private static func line(_ text: String) -> String { text.isEmpty ? "" : escape(text) + "\n" }

  private static func verbatim(_ text: String?) -> String {
    guard let text, !text.isEmpty else { return "" }
    return ".PP\n.nf\n"
      + text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        line.isEmpty ? "\\&\n" : escape(String(line)) + "\n"
      }.joined() + ".fi\n"
  }

  /// What roff would take for a request, an escape or a hyphen.
  static func escape(_ text: String) -> String {
    let escaped = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
    return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
  }
}
