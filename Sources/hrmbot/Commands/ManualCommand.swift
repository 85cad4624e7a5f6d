import ArgumentParser
import Bot
import Foundation
import Terminal

struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual", abstract: "Print the manual page, or the article on all commands.",
    discussion: """
      Completions of the shell: hrmbot --generate-completion-script bash, zsh or fish.

      EXAMPLES
        hrmbot manual | man -l -
        hrmbot manual --markdown > docs/commands.md
        hrmbot-guard --experimental-dump-help | hrmbot manual --of-dump - > hrmbot-guard.1
      """)
  @Flag(help: "As an article.") var markdown = false
  @Option(
    help: ArgumentHelp("Of another program: its description as JSON; - is standard input.", valueName: "file"),
    completion: .file())
  var ofDump: String?

  func run() throws {
    let json: [UInt8]
    switch ofDump {
    case nil: json = Array(Hrmbot._dumpHelp().utf8)
    case "-": json = Array(FileHandle.standardInput.readDataToEndOfFile())
    case let path?:
      guard let data = FileManager.default.contents(atPath: path) else {
        throw StartError("--of-dump \(path): cannot be read", exitCode: 66)
      }
      json = Array(data)
    }
    let tree = try CommandTree.decode(json)
    let text =
      markdown ? CommandReference.text(of: tree) : ManualPage.text(of: tree, version: Release.version)
    print(text, terminator: "")
  }
}
