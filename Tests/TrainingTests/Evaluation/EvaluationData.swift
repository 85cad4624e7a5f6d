import Core
import Digest
import Features
import Foundation
import HRM
import Settings
import Training

/// A directory of SYNTHETIC bars with an index, removed with the value.
final class EvaluationData {
  let directory: String
  /// Records of the index by path, as JSON objects without braces.
  private(set) var records: [String] = []

  /// One bar.
  struct Row {
    var time: Int64
    var open: Double
    var high: Double
    var low: Double
    var close: Double
  }

  init() {
    directory = NSTemporaryDirectory() + "evaluation-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  }

  deinit {
    for path in [directory, directory + "-models"] { try? FileManager.default.removeItem(atPath: path) }
  }

  /// 2024-01-01.
  static let start: Int64 = 1_704_067_200_000

  /// A walk of hourly bars by a seed, with prices of six decimals.
  static func walk(_ count: Int, seed: UInt64, start: Int64 = start, step: Int64 = 3_600_000) -> [Row] {
    var random = CounterRandom(seed: seed, purpose: .propertyTest)
    var price = 100.0
    return (0..<count).map { place in
      let open = (price * (1 + 0.002 * (random.uniform() - 0.5)) * 1e6).rounded() / 1e6
      let close = (open * (1 + 0.02 * (random.uniform() - 0.5)) * 1e6).rounded() / 1e6
      price = close
      return Row(
        time: start + Int64(place) * step, open: open, high: max(open, close) + 0.5, low: min(open, close) - 0.5,
        close: close)
    }
  }

  /// Writes a bar file and its record; `changes` replaces or (nil) drops fields.
  @discardableResult func add(
    _ symbol: String, folder: String = "crypto", assetClass: String = "crypto_perp", timeframe: String = "1h",
    session: String = "24x7", rows: [Row], changes: [String: String?] = [:]
  ) -> String {
    let path = "\(folder)/\(symbol).csv"
    try? FileManager.default.createDirectory(atPath: "\(directory)/\(folder)", withIntermediateDirectories: true)
    let text =
      "timestamp_ms_utc,open,high,low,close,volume\n"
      + rows.map { "\($0.time),\($0.open),\($0.high),\($0.low),\($0.close),1\n" }.joined()
    try? Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(path)"))
    var fields: [String: String?] = [
      "instrument": "\"\(symbol)\"", "asset_class": "\"\(assetClass)\"", "venue": "\"test\"",
      "timeframe": "\"\(timeframe)\"", "session": "\"\(session)\"", "path": "\"\(path)\"",
      "sha256": "\"\(SHA256.hex(SHA256.digest(Array(text.utf8))))\"", "rows": "\(rows.count)", "synthetic": "true",
    ]
    for (key, value) in changes { fields[key] = value }
    let members = fields.compactMap { key, value in value.map { "\"\(key)\": \($0)" } }.sorted()
    records.append("{" + members.joined(separator: ", ") + "}")
    return path
  }

  /// Writes the index. `text`: in place of that of the records.
  func writeIndex(reversed: Bool = false, text: String? = nil) {
    let list = (reversed ? records.reversed() : records).joined(separator: ",\n")
    try? Data((text ?? "{\"files\": [\(list)]}").utf8).write(to: URL(fileURLWithPath: "\(directory)/index.json"))
  }

  /// An untrained small model of at most two segments, with a row for one symbol.
  func makeModel(_ name: String = "small", seed: UInt64 = 3) throws -> String {
    let path = "\(directory)-models/\(name)"
    try FileManager.default.createDirectory(atPath: "\(directory)-models", withIntermediateDirectories: true)
    var architecture = HRMArchitecture.tiny
    (architecture.nInstruments, architecture.maxSegments) = (8, 2)
    try ModelDirectory.create(
      at: path, architecture: architecture, seed: seed, featureSchemaHash: FeatureSchema.hash, name: name,
      instruments: ["AAA"])
    return path
  }

  /// A protocol that judges everything, quickly.
  static func settings() -> EvaluationSettings {
    var settings = EvaluationSettings()
    for place in settings.markets.indices { settings.markets[place].from = nil }
    (settings.seeds, settings.draws, settings.minBars) = (2, 200, 10)
    return settings
  }

  /// A request over the directory.
  func request(_ settings: EvaluationSettings = settings(), models: [String] = []) throws -> EvaluationRun.Request {
    var request = EvaluationRun.Request(data: directory, rules: try InstrumentSettings.load(besideSettings: nil))
    (request.settings, request.models) = (settings, models)
    return request
  }

  /// The result of a request.
  func evaluate(_ settings: EvaluationSettings = settings(), models: [String] = []) throws -> EvaluationResult {
    EvaluationResult(try EvaluationRun.make(try request(settings, models: models)))
  }
}

extension EvaluationResult.Group {
  /// The row of a name at a cost factor.
  func row(_ name: String, tenths: Int = 10) -> EvaluationRow? {
    rows.first { $0.name == name && $0.costTenths == tenths }
  }
}
