import Core
import Digest
import Statistics

/// Writes an evaluation into the ledger of trials: one trial for each model, with the equal-weight mean of its groups.
package struct EvaluationTrials {
  /// The ledger.
  package let ledger: TrialLedger

  /// The ledger of a directory.
  package init(directory: String) { ledger = TrialLedger(directory: directory) }

  /// Adds the trials of a result. The same models on the same data under the same protocol are one trial however often they
  /// are judged. Throws what the ledger throws.
  package func add(_ result: EvaluationResult, at created: Timestamp) throws {
    for place in result.run.models.indices {
      if let record = try Self.record(result, place, at: created) { try ledger.append(record) }
    }
  }

  /// The trial of a model at the first cost factor; nil without a day.
  static func record(_ result: EvaluationResult, _ place: Int, at created: Timestamp) throws -> TrialRecord? {
    let tenths = result.run.request.settings.costTenths[0]
    var byDay: [Int: [Double]] = [:]
    for group in result.groups {
      guard let row = group.rows.first(where: { $0.contender.kind == .model(place, .none) && $0.costTenths == tenths })
      else { continue }
      for (day, value) in zip(group.days, row.returns) { byDay[day, default: []].append(value) }
    }
    let days = byDay.keys.sorted()
    guard let first = days.first, let last = days.last else { return nil }
    let returns = days.suffix(TrialRecord.mostReturns).map { ExactSum.mean(of: byDay[$0] ?? []) ?? 0 }
    return try TrialRecord(
      kind: "evaluation", settings: settings(result, place), dataHashes: hashes(result),
      from: CalendarDay(daysSinceEpoch: first).start, to: CalendarDay(daysSinceEpoch: last + 1).start, returns: returns,
      created: created)
  }

  /// Of more files than a record names, one hash over all of theirs.
  private static func hashes(_ result: EvaluationResult) -> [String] {
    let all = result.groups.flatMap(\.group.hashes).sorted()
    return all.count <= 1024 ? all : [SHA256.hex(SHA256.digest(Array(all.joined(separator: "\n").utf8)))]
  }

  private static func settings(_ result: EvaluationResult, _ place: Int) -> String {
    var out = CanonicalJSON(capacity: 4096)
    out.object { out in
      out.key("model")
      out.value(result.run.models[place].identity)
      out.key("network")
      out.value("\(result.run.request.bot.hierarchicalReasoningModel)")
      out.key("protocol")
      EvaluationJSON.write(result.run.request.settings, &out)
    }
    return out.text
  }

  /// As many trials as the notes of the models say went into them.
  package static func noted(_ models: [EvaluatedModel]) -> Int {
    models.compactMap { $0.manifest.training?["trials"].flatMap { Int($0) } }.filter { $0 > 0 && $0 <= 1_000_000 }.max()
      ?? 0
  }
}
