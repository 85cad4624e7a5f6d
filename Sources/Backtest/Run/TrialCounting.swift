import Bot
import Core
import Statistics

/// Counts runs among the trials: whoever chooses the best of many tries must know how many there were.
package struct TrialCounting {
  /// Trials over the same data and days that are compared with each other at most, the newest of more.
  package static let mostPeers = 100

  private let ledger: TrialLedger

  /// Counts in the ledger of a directory.
  package init(directory: String) { ledger = TrialLedger(directory: directory) }

  /// What the ledger has once a run is counted.
  package struct Count: Sendable {
    /// All trials, the run's own included.
    package var census: TrialCensus
    /// Backtests over the same data and days, the run's own included.
    package var peers: [SelectionLuck.Run]
  }

  /// Adds a run, and tells what the ledger has then. The same request on the same data is one trial however often it is run.
  /// Throws what the ledger throws, and `StartError` for data that cannot be read.
  package func count(
    _ run: BacktestRun, _ request: BacktestRequest, returns: [Double], at created: Timestamp
  ) throws -> Count {
    var own: TrialRecord?
    if let trial = TrialSource(run, request), !returns.isEmpty {
      own = try trial.record("backtest", returns: returns, dataHashes: Self.hashes(request), at: created)
    }
    let records = try add(own.map { [$0] } ?? [])
    return Count(census: TrialCensus(records), peers: own.map { Self.peers(of: $0, in: records) } ?? [])
  }

  /// Adds the runs by which a walk-forward test chose, each the trial that the same backtest would be, and the record of its
  /// tests as one more. `plan`: its spans and what it chose from, as text. Throws what `count` of a run throws.
  package func count(
    _ walk: WalkForward, _ request: BacktestRequest, plan: String, at created: Timestamp
  ) throws -> TrialCensus {
    let hashes = try Self.hashes(request)
    var records = try walk.turns.flatMap(\.validations).compactMap { outcome -> TrialRecord? in
      try outcome.returns.isEmpty
        ? nil : outcome.source?.record("backtest", returns: outcome.returns, dataHashes: hashes, at: created)
    }
    let tests = walk.turns.compactMap(\.test.source)
    if let first = tests.first, let last = tests.last, !walk.returns.isEmpty {
      let whole = TrialSource(settings: "\(plan)\n\(first.settings)", from: first.from, to: last.to)
      records.append(try whole.record("walk-forward", returns: walk.returns, dataHashes: hashes, at: created))
    }
    return TrialCensus(try add(records))
  }

  /// Adds records and reads all.
  private func add(_ records: [TrialRecord]) throws -> [TrialRecord] {
    if !records.isEmpty { try ledger.append(contentsOf: records) }
    return try ledger.read().records
  }

  private static func hashes(_ request: BacktestRequest) throws -> [String] {
    try Array(request.data.map { try $0.digest() }.prefix(1024))
  }

  /// Trials of backtests with returns of the same days as one of them, in the order of the ledger.
  private static func peers(of own: TrialRecord, in records: [TrialRecord]) -> [SelectionLuck.Run] {
    var seen: Set<String> = []
    let all = records.filter {
      $0.kind == own.kind && $0.dataHashes == own.dataHashes && $0.from == own.from && $0.to == own.to
        && $0.periods == own.periods && seen.insert($0.id).inserted
    }
    let newest = all.count <= mostPeers ? all : all.filter { $0.id != own.id }.suffix(mostPeers - 1) + [own]
    return newest.compactMap { record in
      guard case .inline(let returns) = record.returns else { return nil }
      return SelectionLuck.Run(name(of: record), returns)
    }
  }

  private static func name(of record: TrialRecord) -> String {
    let policy = (try? JSONTree.parse(Array(record.settings.utf8)))?["policy"]?.string
    return "\(policy ?? record.kind) \(record.id.prefix(8))"
  }
}
