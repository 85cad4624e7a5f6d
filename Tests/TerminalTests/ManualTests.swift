import Core
import Terminal
import Testing

@Suite struct ManualTests {
  private static let dump = #"""
    {"serializationVersion": 0, "command": {"commandName": "tool", "shouldDisplay": true, "abstract": "Does it.",
     "discussion": "EXAMPLE\n  tool run -x\n.not a request\nback\\slash",
     "subcommands": [
      {"commandName": "run", "superCommands": ["tool"], "shouldDisplay": true, "abstract": "Runs | walks.",
       "arguments": [
        {"kind": "option", "shouldDisplay": true, "isOptional": true, "isRepeating": false, "valueName": "dir",
         "names": [{"kind": "long", "name": "home"}, {"kind": "short", "name": "d"}], "abstract": "Where.", "defaultValue": "here"},
        {"kind": "positional", "shouldDisplay": true, "isOptional": false, "isRepeating": true, "valueName": "file"},
        {"kind": "flag", "shouldDisplay": true, "isOptional": true, "isRepeating": false,
         "names": [{"kind": "long", "name": "help"}]},
        {"kind": "flag", "shouldDisplay": false, "isOptional": true, "isRepeating": false,
         "names": [{"kind": "long", "name": "secret"}]}]},
      {"commandName": "hidden", "superCommands": ["tool"], "shouldDisplay": false},
      {"commandName": "help", "superCommands": ["tool"], "shouldDisplay": true}]}}
    """#

  @Test func thePageIsWhatRoffWants() throws {
    let page = ManualPage.text(of: try CommandTree.decode(Array(Self.dump.utf8)), version: "1.2")
    for line in [
      ".TH TOOL 1 \"\" \"tool 1.2\" \"User Commands\"", "tool \\- Does it.", "  tool run \\-x", "\\&.not a request",
      "back\\eslash", ".SS tool run", ".B \\-\\-home, \\-d <dir>", "Where. Default: here.", ".B <file>…", ".B 78",
    ] {
      #expect(page.split(separator: "\n").contains(Substring(line)), "\(line)")
    }
    for word in ["hidden", "secret"] { #expect(!page.contains(word)) }
  }

  @Test func theArticleListsEveryCommand() throws {
    let article = CommandReference.text(of: try CommandTree.decode(Array(Self.dump.utf8)))
    for line in [
      "| [`tool run`](#tool-run) | Runs \\| walks. |", "## tool run", "| `--home, -d <dir>` | Where. Default: here. |",
    ] {
      #expect(article.split(separator: "\n").contains(Substring(line)), "\(line)")
    }
  }

  @Test func exitCodesAreTheTableOfTheirArticle() throws {
    let rows = try repositoryFile("docs/exit-codes.md").matches(of: /(?m)^\| (\d+) \| (.+?) \|/)
    #expect(rows.map { "\($0.output.1) \($0.output.2)" } == ExitStatus.allCases.map { "\($0.rawValue) \($0.meaning)" })
  }
}
