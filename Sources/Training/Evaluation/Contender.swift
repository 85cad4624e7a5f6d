import Agent
import Backtest
import Bot
import Core
import Feed
import HRM
import Settings

/// A policy that takes part in an evaluation.
package struct Contender: Sendable, Equatable {
  /// How it is made.
  package enum Kind: Sendable, Equatable {
    /// A rule by request name: `flat`, `buy-and-hold`, `sma-cross`, `momentum`, `linear`.
    case rule(String)
    /// Chance that trades as often as the first model, or the first rule that trades; the draws of one seed.
    case chance(seed: UInt64)
    /// A model by its place among those given, and what is held back of it.
    case model(Int, Restraint)
    /// The archived hourly policy.
    case archive
  }

  /// What is held back of a network.
  package enum Restraint: String, Sendable, CaseIterable {
    case none = ""
    /// One segment for every decision.
    case shallow = "depth 1"
    /// All segments for every decision.
    case full = "full depth"
    /// Row 0 of the instrument table.
    case unknownInstrument = "instrument unknown"
  }

  package var kind: Kind
  /// Name in tables.
  package var name: String

  /// A contender as given.
  package init(_ kind: Kind, name: String) {
    self.kind = kind
    self.name = name
  }
}

/// A model that takes part.
package struct EvaluatedModel: Sendable {
  package var directory: String
  package var manifest: ModelManifest
  package var network: HRMNetwork
  package var notes: TrainingNotes

  /// Loads and checks a model. Throws `StartError`.
  package init(directory: String, settings: BotSettings) throws {
    self.directory = directory
    do { (manifest, network) = try ModelDirectory.load(directory) } catch {
      throw StartError(
        "--model \(directory): \(error)\nmake one with `hrmbot model new` or `hrmbot train`, or name another",
        exitCode: 66)
    }
    if let refusal = manifest.tradingRefusal(minimumAgreement: settings.policy.minimumAgreement.approximate) {
      throw StartError("--model \(directory): \(refusal)", exitCode: 78)
    }
    notes = try TrainingNotes(manifest, directory: directory)
  }

  /// Name and weights.
  package var identity: String { "\(manifest.name) \(manifest.weightsSHA256)" }

  /// What can be held back of it: nothing of one that has one segment.
  package func restraints(for files: [SurveyedFile]) -> [Contender.Restraint] {
    var list: [Contender.Restraint] = []
    if manifest.architecture.maxSegments > 1 { list += [.shallow, .full] }
    if files.contains(where: { row(of: $0.record) != 0 }) { list.append(.unknownInstrument) }
    return list
  }

  /// Row of an instrument, by its symbol in the index or else by the name of its file, as training names it; 0: unknown.
  func row(of record: DataIndex.Record) -> Int {
    let file = record.path.split(separator: "/").last.map { String($0.prefix { $0 != "." }) } ?? ""
    return manifest.instruments[record.instrument] ?? manifest.row(ofInstrument: file)
  }

  /// The policy for a table of the one instrument of a record. Throws `PolicyError`.
  func policy(
    _ instruments: InstrumentTable, _ timeframe: Timeframe, _ settings: HRMSettings, of record: DataIndex.Record,
    featureSchemaHash: String, _ restraint: Contender.Restraint
  ) throws -> HRMPolicy {
    let most = manifest.architecture.maxSegments
    var limits = ThinkingLimits(
      minSegments: min(settings.actMin, most), maxSegments: min(settings.actMax, most),
      tolerance: Float(settings.convergenceThreshold))
    switch restraint {
    case .shallow: (limits.minSegments, limits.maxSegments) = (1, 1)
    case .full: (limits.minSegments, limits.maxSegments, limits.forcedSegments) = (most, most, most)
    case .none, .unknownInstrument: break
    }
    var manifest = manifest
    let row = row(of: record)
    manifest.instruments = restraint == .unknownInstrument || row == 0 ? [:] : [record.instrument: row]
    return try HRMPolicy(
      manifest: manifest, instruments: instruments, timeframe: timeframe, featureSchemaHash: featureSchemaHash,
      options: .init(
        limits: limits, complexitySetsMinimum: restraint == .none && settings.complexitySetsMinimum,
        quantityMin: settings.quantityMin, quantityMax: settings.quantityMax))
  }
}
