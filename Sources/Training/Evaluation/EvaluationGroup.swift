import Core
import Digest
import Settings

/// Files that are judged together, as one equal-weight portfolio.
package struct EvaluationGroup: Sendable {
  /// One of its files with the part that is judged.
  package struct Member: Sendable {
    package var file: SurveyedFile
    package var span: Range<Timestamp>
    /// How the span came about.
    package var why: String
  }

  /// What it was made by, such as `crypto_perp` and `1h`.
  package var keys: [(key: EvaluationSettings.Key, value: String)]
  /// By symbol and path.
  package var members: [Member]
  /// Files that were left out, by reason.
  package var leftOut: [LeftOut]

  /// Files that are not judged.
  package struct LeftOut: Sendable, Equatable {
    /// Why, to be read after the names.
    package var why: String
    package var paths: [String]
  }

  /// Name in tables.
  package var name: String {
    keys.isEmpty ? "all" : keys.map { $0.value.isEmpty ? "-" : $0.value }.joined(separator: " ")
  }
  /// Days that count as a year.
  package var periodsPerYear: Double { members.contains { $0.file.isAlwaysOpen } ? 365 : 252 }
  /// Bar lengths of its files, ascending.
  package var timeframes: [Timeframe] { Set(members.map(\.file.timeframe)).sorted() }
  /// Whether any of its prices were made up.
  package var isSynthetic: Bool { members.contains { $0.file.record.isSynthetic } }
  /// Digests of its files, ascending.
  package var hashes: [String] { members.map(\.file.sha256).sorted() }

  /// Groups files and takes from each group what the protocol takes. Files of which nothing is left come back in `leftOut` of
  /// their group; a group without a file in the end is there all the same. Throws what `EvaluationSpan` throws.
  package static func make(
    _ files: [SurveyedFile], models: [TrainingNotes], settings: EvaluationSettings
  ) throws -> [EvaluationGroup] {
    var groups: [String: EvaluationGroup] = [:]
    for file in files.sorted(by: { ($0.record.instrument, $0.record.path) < ($1.record.instrument, $1.record.path) }) {
      let keys = settings.groupBy.map { ($0, file.value(of: $0)) }
      let id = keys.map(\.1).joined(separator: "\u{1F}")
      var group = groups[id] ?? EvaluationGroup(keys: keys, members: [], leftOut: [])
      group.add(file, try EvaluationSpan(file, models: models, settings: settings), settings)
      groups[id] = group
    }
    return groups.sorted { $0.key < $1.key }.map { _, group in
      var group = group
      group.draw(settings.maxInstruments)
      return group
    }
  }

  private mutating func add(_ file: SurveyedFile, _ span: EvaluationSpan, _ settings: EvaluationSettings) {
    let path = file.record.path
    guard settings.timeframes.isEmpty || settings.timeframes.contains(file.timeframe) else {
      return leave(path, "bars of \(file.timeframe) are not traded by the protocol")
    }
    switch span {
    case .none(let why): leave(path, why)
    case .judged(let range, let why):
      let bars = file.bars(in: range)
      guard bars >= settings.minBars else {
        return leave(path, "fewer than \(settings.minBars) bars in the span")
      }
      members.append(Member(file: file, span: range, why: why))
    }
  }

  private mutating func leave(_ path: String, _ why: String) {
    if let place = leftOut.firstIndex(where: { $0.why == why }) {
      leftOut[place].paths.append(path)
    } else {
      leftOut.append(LeftOut(why: why, paths: [path]))
    }
  }

  /// What was left out, in sentences.
  package var omissions: [String] {
    leftOut.map { entry in
      let shown = entry.paths.prefix(3).joined(separator: ", ") + (entry.paths.count > 3 ? ", …" : "")
      return "\(name): \(entry.paths.count) file\(entry.paths.count == 1 ? "" : "s") (\(shown)): \(entry.why)."
    }
  }

  /// Keeps as many as the protocol takes: those whose symbols come first by their SHA-256.
  private mutating func draw(_ most: Int) {
    guard most > 0, members.count > most else { return }
    let order = members.indices.sorted { left, right in
      let (one, other) = (Self.lot(members[left].file), Self.lot(members[right].file))
      return one.lexicographicallyPrecedes(other)
    }
    let kept = Set(order.prefix(most))
    for place in members.indices where !kept.contains(place) {
      leave(members[place].file.record.path, "beyond the first \(most) by the SHA-256 of their symbols")
    }
    members = members.indices.filter(kept.contains).map { members[$0] }
  }

  private static func lot(_ file: SurveyedFile) -> [UInt8] {
    SHA256.digest(Array("\(file.record.instrument) \(file.record.venue ?? "")".utf8)) + Array(file.record.path.utf8)
  }
}

extension SurveyedFile {
  /// What a group is made by.
  fileprivate func value(of key: EvaluationSettings.Key) -> String {
    switch key {
    case .market: market.name
    case .assetClass: assetClass
    case .timeframe: "\(timeframe)"
    case .folder: record.folder
    case .venue: record.venue ?? ""
    case .instrument: record.instrument
    }
  }
}
