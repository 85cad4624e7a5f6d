import Files
import Foundation

/// Where a training run keeps what it needs to go on and what it has to show: checkpoints, the best weights, a line of
/// JSON for every logging step and the same numbers as CSV.
struct RunDirectory {
  /// Checkpoints that are kept.
  private static let kept = 2
  let path: String
  /// Of this process; empty where there is one alone.
  let rankSuffix: String

  /// Makes the directory.
  init(_ path: String, rank: Int = 0, count: Int = 1) throws {
    self.path = path
    rankSuffix = count > 1 ? ".rank-\(rank)-of-\(count)" : ""
    do {
      try FileManager.default.createDirectory(
        atPath: path + "/checkpoints", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    } catch { throw TrainingError("\(path): cannot be made: \(error.localizedDescription)") }
  }

  /// The checkpoint of a step.
  func checkpoint(step: Int) -> CheckpointFile { file("step", step: step, suffix: rankSuffix) }

  private func file(_ kind: String, step: Int, suffix: String) -> CheckpointFile {
    let digits = String(step)
    let number = String(repeating: "0", count: max(0, 9 - digits.count)) + digits
    return CheckpointFile("\(path)/checkpoints/\(kind)-\(number)\(suffix)\(CheckpointFile.suffix)")
  }

  /// The best weights, which a validation at a step found. Each has a file of its own, for the one before is what the
  /// checkpoints know until the next is written.
  func best(step: Int) -> CheckpointFile { file("best", step: step, suffix: "") }

  /// Whether there is a checkpoint of any run, however many processes it has.
  var hasCheckpoints: Bool {
    names().contains { $0.hasPrefix("step-") && $0.hasSuffix(CheckpointFile.suffix + ".sha256") }
  }

  private func names() -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints")) ?? []
  }

  /// Steps that have a complete checkpoint, ascending.
  func steps() -> [Int] { steps(of: "step", suffix: rankSuffix) }

  private func steps(of kind: String, suffix: String) -> [Int] {
    let ending = suffix + CheckpointFile.suffix + ".sha256"
    return names().compactMap { name in
      guard name.hasPrefix(kind + "-"), name.hasSuffix(ending) else { return nil }
      return Int(name.dropFirst(kind.count + 1).dropLast(ending.count))
    }.sorted()
  }

  /// Removes all checkpoints but the latest.
  func prune() {
    for step in steps().dropLast(Self.kept) { checkpoint(step: step).remove() }
  }

  /// Removes the best weights that no checkpoint knows as such.
  func pruneBest() {
    guard let first = steps().first else { return }
    for step in steps(of: "best", suffix: "").filter({ $0 <= first }).dropLast() { best(step: step).remove() }
  }

  /// Adds a line to a file of the directory.
  func append(_ line: String, to name: String) throws {
    try DurableFile.append(Array((line + "\n").utf8), to: "\(path)/\(name)", mode: 0o644)
  }

  /// Cuts a log of a run that goes on from a step: what came after is done again.
  func cutLogs(after step: Int) throws {
    for (name, field) in [("log.jsonl", Self.jsonStep), ("scalars.csv", Self.csvStep)] {
      let file = "\(path)/\(name)"
      guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { continue }
      // What follows the last end of a line was cut off as it was written.
      let whole = text[..<(text.lastIndex(of: "\n") ?? text.startIndex)]
      let lines = whole.split(separator: "\n").filter { field($0).map { $0 <= step } ?? false }
      let kept = lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
      try DurableFile.replace(file, with: Array(kept.utf8), mode: 0o644)
    }
  }

  private static func jsonStep(_ line: Substring) -> Int? {
    guard let range = line.range(of: "\"step\":") else { return nil }
    return Int(line[range.upperBound...].prefix { $0.isNumber })
  }

  private static func csvStep(_ line: Substring) -> Int? { Int(line.prefix { $0 != "," }) }
}
