import Bot
import Features
import Foundation
import HRM
import Settings

/// What there is to say about a model.
struct ModelSummary {
  let path: String
  let manifest: ModelManifest
  let weightsByteCount: Int
  /// Time to read, check and pack it, in milliseconds; nil where it was not loaded.
  let loadMillis: Double?

  /// Why a bot with default settings would not trade with it; nil if it would.
  private var refusal: String? {
    guard manifest.featureSchemaHash == FeatureSchema.hash else {
      return "\(manifest.name) was made for other features than this program's"
    }
    return manifest.tradingRefusal(minimumAgreement: BotSettings().policy.minimumAgreement.approximate)
  }

  private var size: String {
    let megabytes = (Double(weightsByteCount) / 1e5).rounded() / 10
    return "\(megabytes) MB"
  }

  /// `99.4 %`, never rounded up to what was not reached.
  private static func percent(_ share: Double) -> String { "\(((share * 10_000 + 1e-6).rounded(.down)) / 100) %" }

  private static func short(_ number: Double) -> String { String(format: "%.3g", number) }

  /// All of it in words.
  var text: String {
    let shape = manifest.architecture
    let vocabulary = manifest.vocabulary
    let (instruments, timeframes) = (vocabulary.instruments, vocabulary.timeframes)
    var lines = [
      "name        \(manifest.name)\(manifest.untrained ? "  UNTRAINED" : "")",
      "parameters  \(shape.parameterCount)",
      "precision   \(manifest.precision.label), \(size) on disk",
      "H module    \(shape.layersH) layers of \(shape.dH), \(shape.headsH) heads",
      "L module    \(shape.layersL) layers of \(shape.dL), \(shape.headsL) heads",
      "N x T       \(shape.nCycles) x \(shape.tSteps), at most \(shape.maxSegments) segments",
      "form        \(shape.form.text)",
      "features    "
        + (manifest.featureSchemaHash == FeatureSchema.hash ? "this bot's" : "ANOTHER SCHEMA: cannot trade here"),
      "vocabulary  \(instruments.rows.count) of \(instruments.capacity) instruments, "
        + "\(timeframes.rows.count) of \(timeframes.capacity) timeframes",
    ]
    lines += agreementLines
    lines.append("trading     \(refusal.map { "REFUSED: \($0)" } ?? "allowed under default settings")")
    if let loadMillis { lines.append("loaded in   \((loadMillis * 10).rounded() / 10) ms") }
    let files = manifest.files.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.prefix(16))…" }
    lines.append("files       \(files.joined(separator: ", "))")
    return lines.joined(separator: "\n")
  }

  private var agreementLines: [String] {
    guard let quantisation = manifest.quantisation else { return [] }
    let source = "copy of     \(quantisation.sourceName) \(quantisation.sourceSHA256.prefix(16))…"
    guard let agreement = quantisation.agreement else { return [source, "agreement   never measured"] }
    let label = agreement.kind == .synthetic ? "SYNTHETIC market" : "recorded bars"
    let measured =
      "agreement   \(Self.percent(agreement.lowest)) of actions at least, over \(agreement.observations) observations "
      + "(\(label), seed \(agreement.seed))"
    let depths = agreement.depths.map {
      "  segment \($0.segments)   \(Self.percent($0.actionAgreement)) of actions, logits off by "
        + "\(Self.short($0.logitRMSDifference)) RMS, \(Self.short($0.logitRMSRatio)) of their spread"
    }
    return [source, measured] + depths + ["  by halting  \(Self.percent(agreement.haltingAgreement)) of actions"]
  }

  /// What was made, for a copy.
  var copyText: String {
    let head =
      "\(path): \(manifest.name), \(manifest.precision.label), \(size)\(manifest.untrained ? ", UNTRAINED" : "")"
    let verdict = "trading     \(refusal.map { "REFUSED: \($0)" } ?? "allowed under default settings")"
    return ([head] + agreementLines + [verdict]).joined(separator: "\n")
  }

  /// The manifest and what else is known, as one JSON object.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}

extension ModelSummary: Encodable {
  private enum Keys: String, CodingKey {
    case path, parameters, vocabulary, agreement, refusal
    case weightsByteCount = "weights_bytes"
    case loadMillis = "load_millis"
    case mayTrade = "may_trade"
    case used, capacity, free, instruments, timeframes
  }

  func encode(to encoder: any Encoder) throws {
    try manifest.encode(to: encoder)
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(path, forKey: .path)
    try container.encode(manifest.architecture.parameterCount, forKey: .parameters)
    try container.encode(weightsByteCount, forKey: .weightsByteCount)
    try container.encodeIfPresent(loadMillis, forKey: .loadMillis)
    try container.encode(refusal == nil, forKey: .mayTrade)
    try container.encode(refusal, forKey: .refusal)
    try container.encode(manifest.quantisation?.agreement?.lowest, forKey: .agreement)
    var vocabulary = container.nestedContainer(keyedBy: Keys.self, forKey: .vocabulary)
    for (key, table) in [
      (Keys.instruments, manifest.vocabulary.instruments), (.timeframes, manifest.vocabulary.timeframes),
    ] {
      var nested = vocabulary.nestedContainer(keyedBy: Keys.self, forKey: key)
      try nested.encode(table.rows.count, forKey: .used)
      try nested.encode(table.capacity, forKey: .capacity)
      try nested.encode(table.free, forKey: .free)
    }
  }
}
