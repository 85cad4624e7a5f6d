/// What a shell would make of a line of an article: the commands in it, as words.
enum ShellText {
  /// The lines of the blocks that are meant for a shell, joined where a backslash ends them.
  static func commands(inArticle text: String) -> [String] {
    var (isShell, isOther): (Bool, Bool) = (false, false)
    var (lines, open): ([String], String) = ([], "")
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        if isShell || isOther {
          (isShell, isOther) = (false, false)
        } else if ["```sh", "```bash", "```console"].contains(line) {
          isShell = true
        } else {
          isOther = true
        }
      } else if isShell {
        open += line
        if open.hasSuffix("\\") {
          open.removeLast()
        } else {
          lines.append(open)
          open = ""
        }
      }
    }
    return lines
  }

  /// What stands between single backquotes outside of blocks.
  static func inlineCode(inArticle text: String) -> [String] {
    var (isBlock, prose): (Bool, String) = (false, "")
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") { isBlock.toggle() } else if !isBlock { prose += line + "\n" }
    }
    return prose.matches(of: /`([^`\n]+)`/).map { String($0.output.1) }
  }

  /// The commands of a line as words, without comments, redirections and what is between the commands.
  static func words(_ line: String) -> [[String]] {
    var (commands, words, word): ([[String]], [String], String?) = ([], [], nil)
    var quote: Character?
    func endWord() {
      if let word { words.append(word) }
      word = nil
    }
    func endCommand() {
      endWord()
      if !words.isEmpty { commands.append(words) }
      words = []
    }
    scan: for character in line {
      if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
        continue
      }
      switch character {
      case "'", "\"":
        quote = character
        word = word ?? ""
      case " ", "\t": endWord()
      case "#" where word == nil: break scan
      case "|", ";", "&", "(", ")", "`": endCommand()
      case "<", ">":
        // A redirection ends what the program is told, but for a rest that the articles do not have.
        endWord()
        word = ">"
        endWord()
      default: word = (word ?? "") + String(character)
      }
    }
    endCommand()
    return commands.map { Array($0.prefix { $0 != ">" }) }
  }

  /// The words after the name of a program in a command; nil: it is another program.
  static func arguments(of program: String, in words: [String]) -> [String]? {
    // Before it may stand assignments, and programs that start others.
    for (index, word) in words.enumerated() {
      if word == program || word.hasSuffix("/\(program)") {
        let before = words[..<index]
        let starts = before.allSatisfy {
          $0.contains("=") || ["sudo", "-u", "hrmbot", "exec", "$", "nohup", "time", "env", "nice"].contains($0)
        }
        return starts ? Array(words[(index + 1)...]) : nil
      }
    }
    return nil
  }
}
