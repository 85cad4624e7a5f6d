import Testing

@Suite struct ExitCodeTests {
  /// A code that no script can look up is worse than none.
  @Test func everyCodeOfTheProgramsIsDocumented() throws {
    let documented = Set(
      try Repository.file("docs/exit-codes.md").text.matches(of: /(?m)^\| (\d+) \|/).map { String($0.output.1) })
    #expect(documented.count > 8)
    for file in try Repository.swiftFiles(
      "Sources/hrmbot", "Sources/hrmbot-guard", "Sources/Bot", "Sources/Backtest", "Sources/Training")
    {
      for code in file.text.matches(of: /(?:exitCode: |ExitCode\(|\bexit\()(\d+)\b/) {
        #expect(documented.contains(String(code.output.1)), "\(file.path): \(code.output.0)")
      }
    }
  }
}
