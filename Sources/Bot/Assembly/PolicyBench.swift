import Agent
import Control
import Core
import Features
import HRM
import Settings

/// The policies that a run can use, loaded and checked.
package struct PolicyBench: Sendable {
  /// Policies by name, in a fixed order.
  package var policies: [(name: String, policy: any Policy)] = []
  /// Why a known policy is missing.
  package var unavailable: [(name: String, reason: String)] = []
  /// The network, where one is loaded.
  package var network: (manifest: ModelManifest, network: HRMNetwork)?
  /// What policies are measured against while they trade, by name; only of those that it was recorded with.
  package var references: [String: PolicyReference] = [:]
  /// Directory that the network was loaded from.
  package var modelPath: String?
  /// How far the network's signature can be trusted; nil where no network is loaded.
  package var signature: SignatureStanding?
  /// Why a policy that should be here is only stood in for, and which.
  package var missing: (name: String, reason: String)?

  /// No policies.
  package init() {}

  /// What loading depends on.
  package struct Request {
    var settings: BotSettings
    var home: StateDirectory
    var instruments: InstrumentTable
    var timeframe: Timeframe
    /// Must load; so must the fallback. Others may be missing.
    var inCharge: String
    /// Whether an untrained model is made where the default one is missing.
    var mayCreateModel: Bool
    /// Whether thinking is bounded by segments alone.
    var isVirtualTime: Bool
    var extra: (name: String, policy: any Policy)?
    /// Whether a network whose files cannot be trusted is stood in for, so that the fallback goes on with what an earlier
    /// session left; else it ends the start.
    package var standsInForNetwork = false
    /// Whether the network was stood in for in the session that is re-executed.
    package var wasNetworkMissing = false

    /// A request as given.
    package init(
      settings: BotSettings, home: StateDirectory, instruments: InstrumentTable, timeframe: Timeframe,
      inCharge: String, mayCreateModel: Bool, isVirtualTime: Bool, extra: (name: String, policy: any Policy)? = nil
    ) {
      self.settings = settings
      self.home = home
      self.instruments = instruments
      self.timeframe = timeframe
      self.inCharge = inCharge
      self.mayCreateModel = mayCreateModel
      self.isVirtualTime = isVirtualTime
      self.extra = extra
    }
  }

  /// Loads what the settings name.
  ///
  /// - Throws: `StartError` with code 78.
  package static func load(_ request: Request, progress: (String) throws -> Void) throws -> PolicyBench {
    let settings = request.settings
    var bench = PolicyBench()
    bench.policies.append(("flat", FlatPolicy()))
    do {
      let cross = try SMACrossPolicy(fast: settings.policy.smaFastBars, slow: settings.policy.smaSlowBars)
      bench.policies.append(("sma-cross", cross))
    } catch { bench.unavailable.append(("sma-cross", "\(error)")) }
    bench.loadMLP(settings.policy)
    if let extra = request.extra { bench.policies.append(extra) }
    if request.wasNetworkMissing {
      bench.standIn("it was in that session")
    } else if request.inCharge == "hrm" || settings.policy.name == "hrm" || settings.policy.fallback == "hrm" {
      try bench.loadNetwork(request, progress: progress)
    } else {
      bench.unavailable.append(("hrm", "not loaded: neither policy.name nor policy.fallback is hrm"))
    }
    for name in [request.inCharge, settings.policy.fallback] where !bench.policies.contains(where: { $0.name == name })
    {
      let reason = bench.unavailable.first { $0.name == name }?.reason ?? "unknown; known: hrm, mlp, flat, sma-cross"
      throw StartError("policy \(name): \(reason)", exitCode: 78)
    }
    return bench
  }

  private mutating func loadMLP(_ settings: PolicySettings) {
    let directory = settings.mlpDirectory
    guard !directory.isEmpty else {
      unavailable.append(("mlp", "policy.mlp_directory is not set"))
      return
    }
    do {
      let policy = try MLPPolicy(directory: directory)
      if let refusal = try PolicyEntry(directory, settings: settings).refusal { throw PolicyError.unavailable(refusal) }
      policies.append(("mlp", policy))
    } catch {
      unavailable.append(("mlp", "\(error)"))
    }
  }

  private mutating func loadNetwork(_ request: Request, progress: (String) throws -> Void) throws {
    let settings = request.settings
    let choice = ModelChoice(settings, home: request.home)
    do {
      let path = try choice.prepare(mayCreate: request.mayCreateModel, progress: progress)
      try progress("loading \(path)")
      let (manifest, network) = try ModelDirectory.load(path)
      signature = try Self.signature(of: path, manifest, settings.policy)
      if let refusal = choice.refusal(manifest) {
        throw StartError(
          "model \(path): \(refusal), or choose another with policy.inference_precision or policy.model_directory",
          exitCode: 78)
      }
      try Self.check(manifest.architecture, path: path, settings.hierarchicalReasoningModel)
      self.network = (manifest, network)
      modelPath = path
      policies.append(("hrm", try Self.hrmPolicy(manifest, request)))
      references["hrm"] = manifest.reference
    } catch let error as ModelError where request.standsInForNetwork {
      standIn("\(error)")
    } catch let error as PolicyError where request.standsInForNetwork {
      standIn("\(error)")
    } catch let error as StartError {
      // To a start, a model that cannot be used is a wrong configuration.
      throw error.exitCode == 65 ? StartError(error.description, exitCode: 78) : error
    } catch {
      throw StartError(
        "model \(choice.named): \(error)\nmake a model with `hrmbot model new`, or name another with policy.model_directory",
        exitCode: 78)
    }
  }

  private mutating func standIn(_ reason: String) {
    missing = ("hrm", reason)
    policies.append(("hrm", UnavailablePolicy(name: "hrm")))
  }

  /// How far the signature of a model can be trusted. Throws `PolicyError` for a wrong one, `StartError` for one that the
  /// settings demand and that is not there.
  private static func signature(
    of path: String, _ manifest: ModelManifest, _ settings: PolicySettings
  ) throws -> SignatureStanding {
    let bytes = try ModelDirectory.manifestBytes(of: path)
    // What was signed must be what was loaded, whoever writes to the directory meanwhile.
    guard try ModelDirectory.manifest(bytes, of: path) == manifest else {
      throw PolicyError.unavailable("\(path): the manifest changed while it was read")
    }
    let standing = try SignatureStanding(directory: path, manifest: bytes, trustedKey: settings.publicKey)
    // This version has no live venue.
    if let refusal = standing.refusal(isLive: false, isRequired: settings.requireSignature) {
      throw StartError("model \(path): \(refusal)", exitCode: 78)
    }
    return standing
  }

  private static func hrmPolicy(_ manifest: ModelManifest, _ request: Request) throws -> HRMPolicy {
    let model = request.settings.hierarchicalReasoningModel
    let deadline = UInt64(request.settings.policy.deadlineMillis) * 1_000_000
    let most = manifest.architecture.maxSegments
    let limits = ThinkingLimits(
      minSegments: min(model.actMin, most), maxSegments: min(model.actMax, most),
      tolerance: Float(model.convergenceThreshold),
      deadlineNanoseconds: request.isVirtualTime ? nil : deadline)
    return try HRMPolicy(
      manifest: manifest, instruments: request.instruments, timeframe: request.timeframe,
      featureSchemaHash: FeatureSchema.hash,
      options: .init(
        limits: limits, complexitySetsMinimum: model.complexitySetsMinimum, quantityMin: model.quantityMin,
        quantityMax: model.quantityMax))
  }

  /// A loaded model fixes its shapes: settings that contradict it are refused, with what they would have to say.
  private static func check(_ shape: HRMArchitecture, path: String, _ settings: HRMSettings) throws {
    let fixed: [(String, Int?, Int)] = [
      ("h_module.hidden_dim", settings.hModule.hiddenDimension, shape.dH),
      ("h_module.num_layers", settings.hModule.layers, shape.layersH),
      ("l_module.hidden_dim", settings.lModule.hiddenDimension, shape.dL),
      ("l_module.num_layers", settings.lModule.layers, shape.layersL),
      ("embeddings.instrument_rows", settings.instrumentEmbeddingRows, shape.nInstruments),
      ("embeddings.timeframe_rows", settings.timeframeEmbeddingRows, shape.nTimeframes),
    ]
    for (key, wanted, actual) in fixed {
      guard let wanted, wanted != actual else { continue }
      throw StartError(
        "hierarchical_reasoning_model.\(key) = \(wanted), but the model at \(path) has \(actual): a loaded model fixes "
          + "its shapes; remove the setting or name another model", exitCode: 78)
    }
    let lowered: [(String, Int, Int)] = [
      ("hierarchical.N_cycles", settings.cycles ?? 1, shape.nCycles),
      ("hierarchical.T_timesteps", settings.timesteps ?? 1, shape.tSteps),
    ]
    for (key, wanted, most) in lowered where wanted > most {
      throw StartError(
        "hierarchical_reasoning_model.\(key) = \(wanted), but the model at \(path) was made for \(most): a setting can "
          + "lower it, not raise it", exitCode: 78)
    }
    guard settings.actEpsilon == HRMSettings().actEpsilon else {
      throw StartError(
        "hierarchical_reasoning_model.act.epsilon = \(settings.actEpsilon): exploration acts in training, and this "
          + "version does not train; leave it at \(HRMSettings().actEpsilon)", exitCode: 78)
    }
    // Dropout acts in training only; a model that was not trained with it cannot be made to have been.
    for (key, dropout) in [("h_module", settings.hModule.dropout), ("l_module", settings.lModule.dropout)]
    where dropout != .zero {
      throw StartError(
        "hierarchical_reasoning_model.\(key).dropout = \(dropout): dropout acts in training, not in a decision; set "
          + "it to 0, and train with `hrmbot train --dropout`", exitCode: 78)
    }
  }
}

extension NetworkRunner {
  /// A runner as the settings want it. Throws `PolicyError.parameters`.
  package convenience init(_ network: HRMNetwork, _ model: HRMSettings, capacity: Int = 1) throws {
    try self.init(
      network: network, cycles: model.cycles, timesteps: model.timesteps,
      mode: model.runsToConvergence
        ? .converge(tolerance: Float(model.convergenceThreshold), maxSteps: model.maxConvergenceSteps) : .fixed,
      capacity: capacity)
  }
}
