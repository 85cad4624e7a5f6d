/// What a copy in a narrower precision was made from, and how well it agrees with that. Only copies have it.
public struct Quantisation: Codable, Equatable, Sendable {
  /// Observations below which a measured agreement says too little to trade on.
  public static let fewestObservations = 1000

  /// Where observations came from.
  public enum Kind: String, Codable, Sendable {
    /// The simulated market: made-up prices.
    case synthetic
    /// Files of recorded bars.
    case recorded
  }

  /// Agreement after one more segment on each side, whatever the networks wished.
  public struct Depth: Codable, Equatable, Sendable {
    /// Segments computed, 1 or more.
    public var segments: Int
    /// Share of observations on which both have the same best legal action, in [0, 1].
    public var actionAgreement: Double
    /// Root mean square of the differences of all action logits.
    public var logitRMSDifference: Double
    /// That over the standard deviation of the source's logits (each action's around its own mean).
    public var logitRMSRatio: Double

    /// A measurement as given.
    public init(segments: Int, actionAgreement: Double, logitRMSDifference: Double, logitRMSRatio: Double) {
      self.segments = segments
      self.actionAgreement = actionAgreement
      self.logitRMSDifference = logitRMSDifference
      self.logitRMSRatio = logitRMSRatio
    }

    enum CodingKeys: String, CodingKey {
      case segments
      case actionAgreement = "action_agreement"
      case logitRMSDifference = "logit_rms_difference"
      case logitRMSRatio = "logit_rms_ratio"
    }
  }

  /// Agreement of source and copy on the same observations.
  public struct Agreement: Codable, Equatable, Sendable {
    /// Observations measured. Each is a window of bars with one of the three positions.
    public var observations: Int
    /// Where they came from.
    public var kind: Kind
    /// Instruments, or names of files.
    public var sources: [String]
    /// Seed of the simulated market, or of the choice among recorded bars.
    public var seed: UInt64
    /// Depths 1, 2, … in order.
    public var depths: [Depth]
    /// Share of observations on which both choose the same action when each stops where its Q head says so, at the
    /// deepest of `depths` at the latest.
    public var haltingAgreement: Double

    /// A measurement as given.
    public init(
      observations: Int, kind: Kind, sources: [String], seed: UInt64, depths: [Depth], haltingAgreement: Double
    ) {
      self.observations = observations
      self.kind = kind
      self.sources = sources
      self.seed = seed
      self.depths = depths
      self.haltingAgreement = haltingAgreement
    }

    /// The lowest of all shares of equal actions: what a threshold is compared with.
    public var lowest: Double { depths.reduce(haltingAgreement) { min($0, $1.actionAgreement) } }

    enum CodingKeys: String, CodingKey {
      case observations, kind, sources, seed, depths
      case haltingAgreement = "halting_agreement"
    }
  }

  /// Version name of the model it was made from.
  public var sourceName: String
  /// SHA-256 of that model's weights in hex.
  public var sourceSHA256: String
  /// What was measured; nil if nothing was.
  public var agreement: Agreement?

  /// As given.
  public init(sourceName: String, sourceSHA256: String, agreement: Agreement?) {
    self.sourceName = sourceName
    self.sourceSHA256 = sourceSHA256
    self.agreement = agreement
  }

  enum CodingKeys: String, CodingKey {
    case sourceName = "source_name"
    case sourceSHA256 = "source_sha256"
    case agreement
  }
}

extension Quantisation {
  /// Throws a `ModelError` that names the first field that cannot be trusted.
  func validate(file: String) throws {
    func refuse(_ field: String, _ reason: String) -> ModelError {
      ModelError(file: file, subject: "quantisation.\(field)", reason: reason)
    }
    guard ModelManifest.isName(sourceName) else {
      throw refuse("source_name", "is \(sourceName.prefix(128)), allowed are 1 to 128 of A-Z a-z 0-9 . _ -")
    }
    guard ModelManifest.isSHA256(sourceSHA256) else {
      throw refuse("source_sha256", "is \(sourceSHA256.prefix(80)), expected 64 hex digits")
    }
    guard let agreement else { return }
    guard (1...1_000_000_000).contains(agreement.observations) else {
      throw refuse("agreement.observations", "is \(agreement.observations), allowed 1...1000000000")
    }
    guard (1...1000).contains(agreement.sources.count),
      agreement.sources.allSatisfy({ (1...256).contains($0.utf8.count) })
    else { throw refuse("agreement.sources", "must be 1 to 1000 names of 1 to 256 bytes") }
    guard (0...1).contains(agreement.haltingAgreement) else {
      throw refuse("agreement.halting_agreement", "is \(agreement.haltingAgreement), allowed 0...1")
    }
    guard (1...HRMArchitecture.largestMaxSegments).contains(agreement.depths.count),
      agreement.depths.enumerated().allSatisfy({ $1.segments == $0 + 1 })
    else { throw refuse("agreement.depths", "must be the depths 1, 2, … in order, at least one") }
    for depth in agreement.depths {
      guard (0...1).contains(depth.actionAgreement) else {
        throw refuse("agreement.depths", "action_agreement is \(depth.actionAgreement), allowed 0...1")
      }
      guard depth.logitRMSDifference >= 0, depth.logitRMSRatio >= 0, depth.logitRMSDifference.isFinite,
        depth.logitRMSRatio.isFinite
      else { throw refuse("agreement.depths", "logit differences must be finite and not negative") }
    }
  }
}
