import Foundation
import Terminal
import Testing

extension EndToEnd {
  @Suite struct DocumentationTests {
    private static func articles() throws -> [(path: String, text: String)] {
      let names = try FileManager.default.contentsOfDirectory(atPath: Files.repository + "/docs").filter {
        $0.hasSuffix(".md")
      }
      return (["README.md"] + names.sorted().map { "docs/\($0)" }).map { ($0, Files.text(Files.repository + "/" + $0)) }
    }

    private static func tree(_ binary: String) async throws -> CommandTree {
      let place = try Place()
      let child = try place.start(["--experimental-dump-help"], program: binary)
      return try CommandTree.decode(Array(try await child.end().output.utf8))
    }

    /// A reader who copies a line must not be told that it is wrong.
    @Test func everyCommandOfTheArticlesIsUnderstood() async throws {
      let programs = [
        ("hrmbot", try await Self.tree(Files.binary)), ("hrmbot-guard", try await Self.tree(Files.guardBinary)),
      ]
      var count = 0
      for article in try Self.articles() {
        for line in ShellText.commands(inArticle: article.text) {
          for words in ShellText.words(line) {
            for (program, tree) in programs {
              guard let arguments = ShellText.arguments(of: program, in: words) else { continue }
              count += 1
              let problem = CommandLineCheck.problem(arguments, tree)
              #expect(problem == nil, "\(article.path): \(line)")
            }
          }
        }
        for code in ShellText.inlineCode(inArticle: article.text) {
          for words in ShellText.words(code) {
            for (program, tree) in programs where words.first == program {
              let problem = CommandLineCheck.problem(Array(words.dropFirst()), tree, isComplete: false)
              #expect(problem == nil, "\(article.path): \(code)")
            }
          }
        }
      }
      #expect(count > 80)
    }

    @Test func everyExampleOfTheHelpIsUnderstood() async throws {
      let tree = try await Self.tree(Files.binary)
      for command in tree.all {
        let discussion = command.discussion ?? ""
        #expect(discussion.contains("EXAMPLE"), "\(command.path) --help has no example")
        let examples = (discussion.components(separatedBy: "EXAMPLE").last ?? "").replacing(/\\\n\s+/, with: "")
        for line in examples.split(separator: "\n") where line.drop(while: { $0 == " " }).hasPrefix("hrmbot ") {
          let text = ShellText.example(String(line.drop { $0 == " " }))
          for words in ShellText.words(text) where words.first == "hrmbot" {
            let problem = CommandLineCheck.problem(Array(words.dropFirst()), tree)
            #expect(problem == nil, "\(command.path): \(text)")
          }
        }
      }
    }

    @Test func whatTheCheckFinds() async throws {
      let tree = try await Self.tree(Files.binary)
      for (line, isGood) in [
        ("paper --speed max --bars 10", true), ("paper --sped max", false), ("papers", false), ("resume L1-x", true),
        ("resume L1-x L2-y", false), ("rollback", false), ("rollback --reason x", true), ("rollback --reason", false),
        ("config show extra", false), ("backtest --data a b c --policy momentum", true), ("model info", false),
      ] {
        let problem = CommandLineCheck.problem(line.split(separator: " ").map(String.init), tree)
        #expect((problem == nil) == isGood, "\(line): \(problem ?? "nothing found")")
      }
      #expect(
        ShellText.words("A=1 hrmbot stop --reason \"a # b\" | jq . > x   # hrmbot no") == [
          ["A=1", "hrmbot", "stop", "--reason", "a # b"], ["jq", "."],
        ])
    }

    @Test func theArticleOnCommandsIsGenerated() async throws {
      let made = try await Place().run("manual", "--markdown")
      #expect(made.code == 0)
      let text = Files.text(Files.repository + "/docs/commands.md")
      #expect(made.output == text, "write it anew with scripts/generate")
    }

    @Test func manualPageAndCompletions() async throws {
      let place = try Place()
      let page = try await place.run("manual")
      #expect(page.code == 0 && page.output.hasPrefix(".\\\""))
      for (shell, phrase) in [("bash", "complete"), ("zsh", "#compdef hrmbot"), ("fish", "complete")] {
        let script = try await place.run("--generate-completion-script", shell)
        #expect(script.code == 0 && script.output.contains(phrase) && script.output.contains("paper"))
        guard shell == "bash" else { continue }
        try Files.write(script.output, to: place.file("completion"))
        let check = try place.start(["-n", place.file("completion")], program: "/bin/bash")
        let ended = try await check.end()
        #expect(ended.code == 0 && ended.error.isEmpty, "\(ended)")
      }
    }
  }
}
