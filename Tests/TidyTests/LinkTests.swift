import Foundation
import Testing

@Suite("Links of the articles") struct LinkTests {
  private static func articles() throws -> [Repository.File] {
    try (["README.md"] + Repository.paths(under: "docs").filter { $0.hasSuffix(".md") }).map { try Repository.file($0) }
  }

  /// The text without what stands in code.
  private static func prose(_ text: String) -> String {
    var (isCode, lines): (Bool, [Substring]) = (false, [])
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") { isCode.toggle() } else if !isCode { lines.append(line) }
    }
    return lines.joined(separator: "\n")
  }

  /// Names of a page's headings, as pages are shown on the web.
  static func anchors(_ text: String) -> Set<String> {
    var (found, counts): (Set<String>, [String: Int]) = ([], [:])
    for line in prose(text).split(separator: "\n") where line.hasPrefix("#") {
      let title = line.drop { $0 == "#" }.dropFirst().lowercased()
      let name = String(title.filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }.map { $0 == " " ? "-" : $0 })
      let count = counts[name, default: 0]
      found.insert(count == 0 ? name : "\(name)-\(count)")
      counts[name] = count + 1
    }
    return found
  }

  @Test func everyLinkLeadsSomewhere() throws {
    var count = 0
    for article in try Self.articles() {
      let folder =
        article.path.contains("/") ? article.path.split(separator: "/").dropLast().joined(separator: "/") + "/" : ""
      for link in Self.prose(article.text).matches(of: /\]\(([^)\s]+)\)/) {
        let target = String(link.output.1)
        if target.contains("://") { continue }
        count += 1
        let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let path = parts[0].isEmpty ? article.path : folder + parts[0]
        guard FileManager.default.fileExists(atPath: "\(Repository.root)/\(path)") else {
          Issue.record("\(article.path): \(target) leads nowhere")
          continue
        }
        if parts.count > 1 {
          #expect(Self.anchors(try Repository.file(path).text).contains(parts[1]), "\(article.path): \(target)")
        }
      }
    }
    #expect(count > 30)
  }

  @Test func everyArticleThatIsNamedIsThere() throws {
    let files = try Self.articles() + Repository.swiftFiles("Sources")
    for file in files {
      for name in file.text.matches(of: /\bdocs\/([a-z-]+\.md)\b/) {
        let path = "docs/\(name.output.1)"
        #expect(FileManager.default.fileExists(atPath: "\(Repository.root)/\(path)"), "\(file.path): \(path)")
      }
    }
  }

  @Test func theIndexNamesEveryArticle() throws {
    let index = try Repository.file("docs/index.md").text
    for path in Repository.paths(under: "docs") where path.hasSuffix(".md") && path != "docs/index.md" {
      #expect(index.contains("](\(path.dropFirst(5)))"), "\(path) is not in docs/index.md")
    }
  }

  @Test func anchorsAreThoseOfTheWeb() {
    let text = "# Why did it do that?\n## `hrmbot paper`\n```sh\n# no heading\n```\n## Twice\n## Twice\n"
    #expect(Self.anchors(text) == ["why-did-it-do-that", "hrmbot-paper", "twice", "twice-1"])
  }
}
