import Testing

@Suite struct LengthTests {
  @Test func filesAreShort() throws {
    let files = try Repository.swiftFiles("Sources", "Tests") + [try Repository.file("Package.swift")]
    for file in files { #expect(file.lineCount <= 500, "\(file.path): \(file.lineCount) lines") }
    let lengths = files.filter { $0.path.hasPrefix("Sources/") }.map(\.lineCount).sorted()
    #expect(lengths[lengths.count / 2] < 120, "the median file has \(lengths[lengths.count / 2]) lines")
  }

  @Test func functionsAreShort() throws {
    var functions = 0
    for file in try Repository.swiftFiles("Sources", "Tests") {
      for function in FunctionLength.all(in: SwiftText(file.text)) {
        functions += 1
        #expect(function.count <= 70, "\(file.path):\(function.line): \(function.name) has \(function.count) lines")
      }
    }
    #expect(functions > 100)
  }

  @Test func functionsAreMeasured() {
    let text = """
      protocol P {
        func required() -> Int
        init(text: String)
        func other(_ body: (Int) -> Void)
      }
      struct S: P {
        init(text: String) { self.init() }
        init() {
          let brace = "{" // {
        }
        func long(
          closure: () -> Void = { print("}") },
          list: [Int] = [1]
        ) -> Int
        where Int: Equatable {
          if list.isEmpty {
            return S.init().required()
          }
          return 1
        }
        subscript(index: Int) -> Int { index }
      }
      """
    let found = FunctionLength.all(in: SwiftText(text))
    #expect(found.map(\.name) == ["init", "init", "long", "subscript"])
    #expect(found.map(\.line) == [7, 8, 11, 21])
    #expect(found.map(\.count) == [1, 3, 10, 1])
  }
}
