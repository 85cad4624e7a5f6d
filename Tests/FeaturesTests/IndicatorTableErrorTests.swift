import Features
import Foundation
import Testing

@Suite struct IndicatorTableErrorTests {
  private static let header = "timestamp_ms,open,high,low,close,volume\n"

  /// The error that a file's bytes lead to, with the table's path taken out of its text.
  private func failure(_ bytes: Data) throws -> IndicatorTableError {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let input = folder.appendingPathComponent("in.csv")
    try bytes.write(to: input)
    let error = try #require(throws: IndicatorTableError.self) {
      try IndicatorTable.run(input: input.path, output: folder.appendingPathComponent("out.csv").path)
    }
    // Nothing half-written stays behind.
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["in.csv"])
    #expect(error.file == input.path)
    return error
  }

  private func failure(_ rows: String) throws -> IndicatorTableError { try failure(Data((Self.header + rows).utf8)) }

  @Test(arguments: [
    ("1,10,11,9,nan,5\n", 2, "close", "nan"), ("1,10,11,9,10,5\n2,inf,11,9,10,5\n", 3, "open", "inf"),
    ("1,10,11,9,0x10,5\n", 2, "close", "0x10"), ("1,10,11,9,,5\n", 2, "close", ""),
    ("1,10,11,9,1e999,5\n", 2, "close", "1e999"), ("1.5,10,11,9,10,5\n", 2, "timestamp_ms", "1.5"),
    ("2,10,11,9,10,5\n2,10,11,9,10,5\n", 3, "timestamp_ms", "2"), ("1,10,11,9,10\n", 2, "5 fields", "1,10,11,9,10"),
    ("1,10,11,9,12,5\n", 2, "high", "1,10,11,9,12,5"), ("1,0,11,0,10,5\n", 2, "above 0", "1,0,11,0,10,5"),
    ("1,10,11,9,10,-5\n", 2, "volume", "1,10,11,9,10,-5"), ("\n1,10,11,9,10,5\n", 2, "1 fields", ""),
  ])
  func aBadRowIsNamed(rows: String, line: Int, problem: String, value: String) throws {
    let error = try failure(rows)
    #expect(error.line == line)
    #expect(error.problem.contains(problem))
    #expect(error.value == value)
    #expect(error.description.contains(":\(line): "))
  }

  @Test func aBadFileIsNamed() throws {
    #expect(try failure(Data()).problem.contains("empty"))
    let missing = try failure(Data("timestamp_ms,open,high,low,close\n1,1,1,1,1\n".utf8))
    #expect(missing.line == 1)
    #expect(missing.problem.contains("misses volume"))
    #expect(try failure(Data([0, 255, 10, 0])).line == 1)
    #expect(throws: IndicatorTableError.self) { try IndicatorTable.run(input: "/nonexistent", output: "/nonexistent") }
    let same = try #require(throws: IndicatorTableError.self) { try IndicatorTable.run(input: "/a", output: "/a") }
    #expect(same.problem.contains("both input and output"))
    let folder = FileManager.default.temporaryDirectory.path
    #expect(throws: IndicatorTableError.self) { try IndicatorTable.run(input: folder, output: folder + "/never.csv") }
  }

  @Test(arguments: [1025, 70_000, 300_000])
  func anOverlongLineIsRefused(length: Int) throws {
    let row = "1,10,11,9,10,5\n"
    let long = try failure(row + String(repeating: "7", count: length))
    #expect(long.line == 3)
    #expect(long.problem.contains("longer than 1024"))
    #expect(try failure(row + String(repeating: "7", count: length) + "\n").line == 3)
  }

  @Test func linesAcrossTheBufferAreWhole() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (input, output) = (folder.appendingPathComponent("in.csv"), folder.appendingPathComponent("out.csv"))
    var csv = Self.header
    for row in 0..<20_000 { csv += "\(row),10,11,9,1\(row % 2).\(row % 10),\(row)\n" }
    csv = csv.replacingOccurrences(of: ",11,9,", with: ",12,9,")
    try csv.dropLast().write(to: input, atomically: true, encoding: .utf8)
    #expect(try IndicatorTable.run(input: input.path, output: output.path) == 20_000)
    let (_, rows) = try numbers(try String(contentsOf: output, encoding: .utf8))
    #expect(rows.enumerated().allSatisfy { $0.element[0] == Double($0.offset) })
  }
}
