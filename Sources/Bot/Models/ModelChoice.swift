import Control
import Features
import Foundation
import HRM
import Settings

/// Which model directory the settings mean, and whether it may trade.
package struct ModelChoice: Sendable {
  /// Directory of the model that the settings name: a master, or a copy that is to be used as it is.
  package let named: String
  /// Precision that is wanted of a master.
  package let precision: HRMPrecision
  /// Lowest agreement of a copy with its master.
  package let minimumAgreement: Double
  /// Whether an untrained model may be made where the settings name none and none was shipped.
  private let isDefault: Bool
  private let seed: UInt64

  /// The choice of these settings.
  ///
  /// - Parameter shipped: the model that came with the program, which is taken where the settings name neither a model nor
  ///   a seed of an untrained one.
  package init(_ settings: BotSettings, home: StateDirectory, shipped: String? = ShippedModel.path()) {
    let policy = settings.policy
    let shipped = policy.modelDirectory.isEmpty && policy.modelSeed == PolicySettings().modelSeed ? shipped : nil
    isDefault = policy.modelDirectory.isEmpty && shipped == nil
    seed = policy.modelSeed
    named =
      isDefault ? "\(home.modelsPath)/hrm-27m-seed\(policy.modelSeed)" : shipped ?? policy.modelDirectory
    // The settings' own list of words is that of the precisions; a test compares them.
    precision = HRMPrecision(label: policy.inferencePrecision) ?? .float32
    minimumAgreement = policy.minimumAgreement.approximate
  }

  /// Whether a model that is missing would be made at the next start: the untrained master.
  package var makesMaster: Bool { isDefault && !FileManager.default.fileExists(atPath: named) }

  /// The directory to load: the named one if it is a copy or no other precision is wanted, else the copy of it. The copy
  /// need not be there. Throws `ModelError` where the named one is not readable.
  package func directory() throws -> String {
    guard precision != .float32, try ModelDirectory.manifest(of: named).precision == .float32 else { return named }
    return ModelCopy.path(of: named, precision: precision)
  }

  /// Makes what is missing and may be made: the untrained master where the settings name none, and the copy of a master.
  /// Returns the directory to load.
  ///
  /// - Throws: `ModelError`, `StartError`; what `progress` throws.
  package func prepare(mayCreate: Bool, progress: (String) throws -> Void) throws -> String {
    if makesMaster, mayCreate {
      try progress("making an UNTRAINED model at \(named)")
      try ModelDirectory.create(at: named, architecture: .hrm27m, seed: seed, featureSchemaHash: FeatureSchema.hash)
    }
    let path = try directory()
    guard path != named else { return path }
    if !FileManager.default.fileExists(atPath: path) {
      guard mayCreate else {
        throw ModelError(
          file: path, reason: "is missing; make it with `hrmbot model export \(named) --dtype \(precision.label)`")
      }
      var request = ModelCopy.Request(source: named, precision: precision)
      // Enough to judge the arithmetic; all depths would keep a first start waiting for minutes.
      request.depth = 1
      try ModelCopy.make(request) { text, _ in try progress(text) }
    }
    try checkOrigin(of: path)
    return path
  }

  /// A copy that lies where a master's copy belongs must be of that very master.
  private func checkOrigin(of path: String) throws {
    let master = try ModelDirectory.manifest(of: named)
    let copy = try ModelDirectory.manifest(of: path)
    guard copy.precision == precision, copy.quantisation?.sourceSHA256 == master.weightsSHA256,
      copy.vocabulary == master.vocabulary
    else {
      throw ModelError(
        file: path,
        reason: "is no \(precision.label) copy of \(named) as it is today; remove it, and it is made anew")
    }
  }

  /// Why the bot must not trade with a model; nil if it may.
  package func refusal(_ manifest: ModelManifest) -> String? {
    manifest.tradingRefusal(minimumAgreement: minimumAgreement)
  }
}
