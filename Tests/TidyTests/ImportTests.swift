import Testing

@Suite struct ImportTests {
  /// What everybody may import.
  private static let system: Set<String> = [
    "Foundation", "FoundationEssentials", "Glibc", "Synchronization", "Dispatch",
  ]

  /// What each target may import besides: the arrows of the design. Feed, Features, Agent, Risk and Execution do not
  /// know one another, so that none can skip a stage.
  private static let allowed: [String: Set<String>] = {
    let stages: Set<String> = [
      "Core", "Settings", "Feed", "Features", "HRM", "Agent", "Risk", "Exchange", "Execution", "Journal", "Control",
      "Files",
      "Digest",
    ]
    let tools = stages.union(["Bot", "Statistics", "Backtest", "Training"])
    return [
      "Core": ["DequeModule"],
      "Settings": ["Core", "Files", "Yams"],
      "Feed": ["Core", "CZlib"],
      "Catalog": ["Core", "Feed", "Settings", "Transport", "Files", "Digest"],
      "Features": ["Core", "Digest"],
      "HRM": ["Kernels", "COpenBLAS", "Files", "Digest"],
      "Agent": ["Core", "HRM", "Files", "Digest"],
      "Risk": ["Core"],
      "Exchange": ["Core", "GRDB", "GRDBSQLite"],
      "Execution": ["Core", "Exchange", "Transport", "Digest", "DequeModule"],
      "Journal": ["Core", "Digest", "GRDB", "GRDBSQLite"],
      "Control": ["Core", "Files", "Digest"],
      "Bot": stages,
      "Simulation": stages.union(["Bot"]),
      "Statistics": ["Core", "Files", "Digest"],
      "Backtest": stages.union(["Bot", "Statistics", "Catalog"]),
      "Training": stages.union(["Bot", "Statistics", "Backtest", "Catalog", "COpenMPI"]),
      "Alignment": tools,
      "Server": [
        "Core", "Files", "Journal", "Statistics", "Transport", "Hummingbird", "HummingbirdCore", "HTTPTypes", "Logging",
        "NIOPosix",
      ],
      "Terminal": ["Core"],
      "Notify": ["Core", "Settings", "Digest", "Transport"],
      "Files": ["Digest"],
      "Digest": ["COpenSSL"],
      "Transport": ["CCurl"],
      "hrmbot": tools.union([
        "Simulation", "Alignment", "Server", "Terminal", "Notify", "Transport", "Catalog", "ArgumentParser",
      ]),
      "Guard": ["Core", "Execution", "Control"],
      "hrmbot-guard": ["Guard", "Core", "Settings", "Exchange", "Execution", "Control", "Files", "ArgumentParser"],
    ]
  }()

  static func imports(of text: String) -> [(line: Int, module: String)] {
    let importLine =
      /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public\s+|package\s+|internal\s+|private\s+|fileprivate\s+)?import\s+(?:(?:struct|class|enum|func|protocol|typealias|var|let)\s+)?(\w+)/
    return SwiftText(text).lines.enumerated().compactMap { index, line in
      (try? importLine.firstMatch(in: line)).map { (index + 1, String($0.output.1)) }
    }
  }

  @Test func arrowsOfTheDesignHold() throws {
    let files = try Repository.swiftFiles("Sources")
    #expect(!files.isEmpty)
    for file in files {
      guard let allowed = Self.allowed[file.target] else {
        Issue.record("\(file.path): the target \(file.target) is not in the table of arrows")
        continue
      }
      for (line, module) in Self.imports(of: file.text) {
        #expect(
          Self.system.contains(module) || allowed.contains(module),
          "\(file.path):\(line): \(file.target) must not import \(module)")
      }
    }
  }

  @Test func importsAreFound() {
    let text = """
      import Core
      @preconcurrency import struct GRDB.Row
      internal import CZlib
      // import Comment
      let text = "import Text"
      """
    #expect(Self.imports(of: text).map(\.module) == ["Core", "GRDB", "CZlib"])
    #expect(Self.imports(of: text).map(\.line) == [1, 2, 3])
  }
}
