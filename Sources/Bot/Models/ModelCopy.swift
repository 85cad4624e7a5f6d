import Core
import Features
import Foundation
import HRM

/// Makes a copy of a model in another precision, and measures it against its master.
package struct ModelCopy {
  /// What to make.
  package struct Request: Sendable {
    /// Directory of the master.
    package var source: String
    package var precision: HRMPrecision
    /// Directory of the copy; nil: beside the master, see `path(of:precision:)`.
    package var out: String?
    package var observations = Quantisation.fewestObservations
    package var sample = ObservationSample.Source.simulated
    package var seed: UInt64 = 1
    /// Segments to compare; nil: as many as the model may think.
    package var depth: Int?

    /// A request with the defaults of everything else.
    package init(source: String, precision: HRMPrecision) {
      self.source = source
      self.precision = precision
    }
  }

  /// What came of it.
  package struct Result: Sendable {
    package var path: String
    package var manifest: ModelManifest
    /// Bytes of the weights on disk.
    package var weightsByteCount: Int
  }

  /// Where the copies of a master lie unless somebody says otherwise: beside it, with the precision after its name.
  package static func path(of master: String, precision: HRMPrecision) -> String {
    var name = master
    while name.count > 1, name.hasSuffix("/") { name.removeLast() }
    return "\(name)-\(precision.label)"
  }

  /// Makes it. `progress` gets a text and the share done.
  ///
  /// - Throws: `StartError` 65 (bad model), 66 (no such data), 73 (cannot write); what `progress` throws.
  @discardableResult package static func make(
    _ request: Request, progress: (String, Double) throws -> Void
  ) throws -> Result {
    let path = request.out ?? Self.path(of: request.source, precision: request.precision)
    guard !FileManager.default.fileExists(atPath: path) else {
      throw StartError("\(path) exists already; remove it, or name another with --out", exitCode: 73)
    }
    try progress("reading \(request.source)", 0)
    let (master, stored) = try load(request.source)
    var copied = stored
    var agreement: Quantisation.Agreement?
    if request.precision != .float32 {
      copied = try modelWork {
        try ModelDirectory.narrow(stored, of: master.architecture, to: request.precision, file: request.source)
      }
      agreement = try measure(request, master, stored, copied, progress: progress)
    }
    let manifest: ModelManifest
    do {
      manifest = try ModelDirectory.write(
        master.ofCopy(precision: request.precision, agreement: agreement), stored: copied, to: path)
    } catch { throw StartError("\(error)", exitCode: 73) }
    return Result(path: path, manifest: manifest, weightsByteCount: ModelDirectory.weightsByteCount(of: path))
  }

  private static func load(_ path: String) throws -> (ModelManifest, [String: StoredTensor]) {
    let (manifest, stored) = try modelWork { try ModelDirectory.weights(of: path) }
    guard manifest.precision == .float32 else {
      throw StartError(
        "\(path) is a \(manifest.precision.label) copy itself; copies are made from the fp32 master "
          + "\(manifest.quantisation?.sourceName ?? "")", exitCode: 65)
    }
    guard manifest.featureSchemaHash == FeatureSchema.hash else {
      throw StartError(
        "\(path) was made for features \(manifest.featureSchemaHash.prefix(12)), this program has "
          + "\(FeatureSchema.hash.prefix(12)): a copy could not be measured; use a model of this version", exitCode: 65)
    }
    return (manifest, stored)
  }

  private static func measure(
    _ request: Request, _ master: ModelManifest, _ stored: [String: StoredTensor],
    _ copied: [String: StoredTensor], progress: (String, Double) throws -> Void
  ) throws -> Quantisation.Agreement {
    let sample = try ObservationSample(
      request.sample, count: request.observations, seed: request.seed, vocabulary: master.vocabulary,
      normaliser: master.normaliser)
    let depth = min(request.depth ?? master.architecture.maxSegments, master.architecture.maxSegments)
    var meter = try modelWork {
      AgreementMeter(
        source: try HRMNetwork(
          architecture: master.architecture, stored: stored, precision: .float32, file: request.source),
        copy: try HRMNetwork(
          architecture: master.architecture, stored: copied, precision: request.precision, file: request.source),
        depth: depth)
    }
    let total = sample.samples.count
    for start in stride(from: 0, to: total, by: AgreementMeter.batch) {
      try progress(
        "comparing \(request.precision.label) with fp32: \(start) of \(total) observations",
        Double(start) / Double(total))
      let batch = Array(sample.samples[start..<min(start + AgreementMeter.batch, total)])
      try modelWork { try meter.add(batch) }
    }
    return meter.agreement(kind: sample.kind, sources: sample.sources, seed: sample.seed)
  }

  private static func modelWork<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as ModelError { throw StartError("\(error)", exitCode: 65) }
  }
}
