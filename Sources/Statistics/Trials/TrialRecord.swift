import Core
import Digest

/// One trial: a backtest or training whose result was looked at to choose something. Each look costs: the best of many
/// tries looks good by chance alone.
package struct TrialRecord: Hashable, Sendable {
  /// Most returns that a record carries inline; a longer series is kept elsewhere and named.
  package static let mostReturns = 20_000
  /// Most bytes of the settings' text.
  package static let mostSettingsBytes = 64 << 10

  /// The returns of a trial.
  package enum Returns: Hashable, Sendable {
    /// Net return of each period.
    case inline([Double])
    /// Where they are, such as a file's SHA-256 and name.
    case reference(String)
  }

  /// What was tried, such as `backtest` or `training`.
  package let kind: String
  /// All settings that make a difference, seed included, as text.
  package let settings: String
  /// SHA-256 of the data files, in hex, in the order of use.
  package let dataHashes: [String]
  /// First moment of the data judged.
  package let from: Timestamp
  /// Last moment of the data judged.
  package let to: Timestamp
  /// Net returns per period.
  package let returns: Returns
  /// Sharpe ratio per period; nil without variation: then nothing was traded, which is a trial all the same.
  package let sharpe: Double?
  /// Number of periods.
  package let periods: Int
  /// When it was made.
  package let created: Timestamp

  /// A trial with its returns inline, from which Sharpe and number follow. Throws `StatisticsError`.
  package init(
    kind: String, settings: String, dataHashes: [String], from: Timestamp, to: Timestamp, returns: [Double],
    created: Timestamp
  ) throws {
    guard returns.count <= Self.mostReturns else {
      throw StatisticsError("trial: \(returns.count) returns, at most \(Self.mostReturns) go into the ledger")
    }
    try StatisticsLimits.check(returns, named: "returns")
    try self.init(
      kind: kind, settings: settings, dataHashes: dataHashes, from: from, to: to, returns: .inline(returns),
      sharpe: Moments(returns)?.sharpe, periods: returns.count, created: created)
  }

  /// A trial as given. Throws `StatisticsError` for texts that are empty or too long, hashes that are none, a span that ends
  /// before it begins, and a Sharpe ratio or number of periods that cannot be or do not fit the returns.
  package init(
    kind: String, settings: String, dataHashes: [String], from: Timestamp, to: Timestamp, returns: Returns,
    sharpe: Double?, periods: Int, created: Timestamp
  ) throws {
    guard !kind.isEmpty, kind.utf8.count <= 64 else { throw StatisticsError("trial: kind must have 1 to 64 bytes") }
    guard settings.utf8.count <= Self.mostSettingsBytes else {
      throw StatisticsError("trial: settings are longer than \(Self.mostSettingsBytes) bytes")
    }
    let isHex = { (hash: String) in
      hash.utf8.count == 64 && hash.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
    guard (1...1024).contains(dataHashes.count), dataHashes.allSatisfy(isHex) else {
      throw StatisticsError("trial: data must be named by 1 to 1024 SHA-256 hashes in lower-case hex")
    }
    guard from <= to else { throw StatisticsError("trial: ends at \(to), before it begins at \(from)") }
    guard (1...StatisticsLimits.periods).contains(periods), sharpe?.isFinite ?? true else {
      throw StatisticsError("trial: \(periods) periods with a Sharpe ratio of \(sharpe.map { "\($0)" } ?? "none")")
    }
    switch returns {
    case .inline(let values):
      guard values.count == periods, values.count <= Self.mostReturns else {
        throw StatisticsError("trial: \(values.count) returns for \(periods) periods, at most \(Self.mostReturns)")
      }
      try StatisticsLimits.check(values, named: "returns")
      let own = Moments(values)?.sharpe
      guard own == sharpe || abs((own ?? .infinity) - (sharpe ?? 0)) <= 1e-9 else {
        throw StatisticsError("trial: the Sharpe ratio is not that of the returns")
      }
    case .reference(let text):
      guard !text.isEmpty, text.utf8.count <= 4096 else {
        throw StatisticsError("trial: a reference to returns must have 1 to 4096 bytes")
      }
    }
    self.kind = kind
    self.settings = settings
    self.dataHashes = dataHashes
    self.from = from
    self.to = to
    self.returns = returns
    self.sharpe = sharpe
    self.periods = periods
    self.created = created
  }

  /// SHA-256 of what was tried: data, span, kind and settings, not of what came of it and when. The same trial made again
  /// has the same id.
  package var id: String {
    var json = CanonicalJSON()
    json.object {
      $0.key("data")
      $0.array { array in for hash in dataHashes { array.value(hash) } }
      $0.key("from")
      $0.value(from.milliseconds)
      $0.key("kind")
      $0.value(kind)
      $0.key("settings")
      $0.value(settings)
      $0.key("to")
      $0.value(to.milliseconds)
    }
    return SHA256.hex(SHA256.digest(json.bytes))
  }
}
