import Testing

@Suite struct ForbiddenNameTests {
  /// Targets whose behaviour must follow from their inputs alone.
  private static let deterministic: Set<String> = [
    "Core", "Feed", "Features", "Agent", "Risk", "Exchange", "Execution",
  ]

  // Computed, because a pattern cannot be shared between threads.
  private static var clockAndChance: Regex<Substring> {
    /\bDate\(\)|\bDate\.now\b|\b(?:Continuous|Suspending)Clock\b|\bTask\.sleep\b|\bTask\s*\{|\bTask\.detached\b|\bSystemRandomNumberGenerator\b|\.shuffled\(\)|\.randomElement\(\)/
  }

  @Test func noHiddenClockTaskOrChance() throws {
    for file in try Repository.swiftFiles("Sources") where Self.deterministic.contains(file.target) {
      for line in SwiftText(file.text).lines(matching: Self.clockAndChance) {
        Issue.record("\(file.path):\(line): time, tasks and chance come in as parameters here")
      }
    }
  }

  @Test func hiddenClocksAreFound() {
    let text = """
      let now = Date()
      // Date() in a comment
      let text = "Date()"
      let shown = "\\(Date())"
      Task { await run() }
      let order = list.shuffled()
      let mask = CalendarDate()
      """
    #expect(SwiftText(text).lines(matching: Self.clockAndChance) == [1, 4, 5, 6])
  }

  @Test func moneyIsNeverFloatingPoint() throws {
    let core = ["Amounts", "AmountArithmetic", "Position", "Order", "ExecutionReport"].map {
      "Sources/Core/\($0).swift"
    }
    let files = try Repository.swiftFiles("Sources").filter {
      $0.target == "Exchange" || $0.target == "Execution" || core.contains($0.path)
    }
    #expect(files.filter { core.contains($0.path) }.count == core.count)
    for file in files {
      for line in SwiftText(file.text).lines(matching: /\b(?:Double|Float|CGFloat)\b/) {
        Issue.record("\(file.path):\(line): prices, quantities and money are exact decimals")
      }
    }
  }

  @Test func ordersLeaveByOneDoor() throws {
    var made: [String] = []
    for file in try Repository.swiftFiles("Sources") {
      let text = SwiftText(file.text)
      made += text.lines(matching: /\bApprovedOrder(?:\.init)?\s*\(/).map { "\(file.path):\($0)" }
      let joined = text.lines.joined(separator: "\n")
      #expect(
        !joined.contains(/(?:struct|extension)\s+(?:ApprovedOrder|ProtectiveOrder)\b[^{]*\b(?:Codable|Decodable)\b/),
        "\(file.path): an order that can leave must not be readable from data")
    }
    #expect(made.count == 1, "an approved order is made in one place: \(made)")
    #expect(made.allSatisfy { $0.hasPrefix("Sources/Risk/") }, "\(made)")
  }

  @Test func nothingIsLeftForLater() throws {
    // Put together, so that this file does not find itself.
    let later = ["TO" + "DO", "FIX" + "ME", "@test" + "able"]
    let folders = ["Sources", "Tests", "scripts", "config", "systemd", ".ci"]
    let paths = folders.flatMap { Repository.paths(under: $0) }.filter { !$0.contains("/Resources/") }
    #expect(paths.count > 20)
    for path in paths + ["Package.swift"] {
      let text = try Repository.file(path).text
      for word in later { #expect(!text.contains(word), "\(path): \(word)") }
    }
  }
}
