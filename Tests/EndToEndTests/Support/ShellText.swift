/// What a shell would make of a line of an article: the commands in it, as words.
enum ShellText {
  /// The lines of the blocks that are meant for a shell, joined where a backslash ends them. In a block of no language those
  /// count that begin with `hrmbot`; what they do stands to the right of two spaces.
  static func commands(inArticle text: String) -> [String] {
    var (language, lines, open): (String?, [String], String) = (nil, [], "")
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("```") {
        language = language == nil ? String(line.dropFirst(3)) : nil
        continue
      }
      switch language {
      case "sh", "bash", "console":
        open += line
        if open.hasSuffix("\\") {
          open.removeLast()
        } else {
          lines.append(open)
          open = ""
        }
      case "" where line.hasPrefix("hrmbot "): lines.append(example(line))
      default: break
      }
    }
    return lines
  }

  /// The command of a line in which what it does stands to the right of two spaces.
  static func example(_ line: String) -> String {
    String(line[..<(line.range(of: "  ")?.lowerBound ?? line.endIndex)])
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
    // `[--json]` may be left out, and `…` stands for more of the same.
    return commands.map { words in
      words.prefix { $0 != ">" }.map { $0.replacing("[", with: "").replacing("]", with: "") }.filter { $0 != "…" }
    }
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
