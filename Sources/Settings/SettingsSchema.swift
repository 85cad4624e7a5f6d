import Core

/// The one table from which parsing, validation, listings, the JSON schema and `config/settings.yaml` follow.
public enum SettingsSchema {
  /// Every value that can be set, in the order of the file.
  public static let entries: [SettingsEntry] =
    market + policy + network + rollback + risk + execution + paper + journal + control + server + notifications
    + emergencyGuard

  /// Sections in the order of the file, with what they are about.
  public static let sections: [(name: String, documentation: String)] = [
    ("market", "Where bars come from."),
    ("policy", "Who decides."),
    (
      "hierarchical_reasoning_model",
      "The network. null: what the loaded model says; shapes can be checked, not changed."
    ),
    ("rollback", "When the policy in charge is replaced by its fallback."),
    ("risk", "The limits of the risk veto. Shares and rates are fractions: 0.01 is 1 %."),
    ("execution", "How approved orders are carried out."),
    ("paper", "The paper venue."),
    ("journal", "The durable record of everything that was seen and done."),
    ("control", "The directory in which a STOP file stops the bot."),
    ("server", "The bot's state and commands over HTTP, for this machine alone."),
    ("notifications", "Who is told what happens; docs/notifications.md."),
    ("guard", "hrmbot-guard, the process that stops in the bot's place when the bot cannot."),
  ]

  /// The entry with a full name such as `risk.max_drawdown`.
  public static func entry(named name: String) -> SettingsEntry? { index[name].map { entries[$0] } }

  private static let index = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
  static let byEnvironmentName = Dictionary(
    uniqueKeysWithValues: entries.enumerated().map { ($1.environmentName, $0) })

  private static let market: [SettingsEntry] = [
    SettingsEntry(
      "market", "seed", \.market.seed, .integer(0...UInt64.max), "Seed of the simulated market."),
    SettingsEntry(
      "market", "simulated_instruments", \.market.simulatedInstruments, .simulatedSymbols(atMost: 64),
      "Symbols of the simulated market."),
    SettingsEntry(
      "market", "timeframe", \.market.timeframe,
      SettingCodec.timeframe(.oneSecond, Timeframe(milliseconds: 604_800_000)).optional(),
      "Bar length; null: 1s when simulated, else the file's own."),
    SettingsEntry(
      "market", "pre_roll_bars", \.market.preRollBars, .integer(0...100_000), unit: "bars",
      "History before the first decision; the network needs 228."),
    SettingsEntry(
      "market", "stale_after_bars", \.market.staleAfterBars, .integer(1...1000), unit: "bars",
      "A feed silent for this long is stale: nothing is opened."),
  ]

  private static let policy: [SettingsEntry] = [
    SettingsEntry(
      "policy", "name", \.policy.name, .choice(["hrm", "mlp", "flat", "sma-cross"]), "Policy in charge at the start."),
    SettingsEntry(
      "policy", "fallback", \.policy.fallback, .choice(["flat", "mlp", "sma-cross"]),
      "Policy that decides when the one in charge cannot."),
    SettingsEntry(
      "policy", "fallback_may_open", \.policy.fallbackMayOpen, .bool, "Whether a fallback may open positions."),
    SettingsEntry(
      "policy", "model_directory", \.policy.modelDirectory, .path, isPath: true,
      "Directory of the network's model; empty: the one that comes with the program, models/default."),
    SettingsEntry(
      "policy", "inference_precision", \.policy.inferencePrecision, .choice(["fp32", "bf16", "int8", "int8-a16"]),
      "Precision of the network; not fp32: a copy beside the model, made when missing."),
    SettingsEntry(
      "policy", "minimum_agreement", \.policy.minimumAgreement, .decimal("0", "1"), unit: "share of observations",
      "Lowest share on which a bf16 or int8 copy must act as its fp32 master does."),
    SettingsEntry(
      "policy", "model_seed", \.policy.modelSeed, .integer(0...UInt64.max),
      "Seed of the untrained model that is made when none is named and none was shipped; another than 1 always makes one."
    ),
    SettingsEntry(
      "policy", "public_key", \.policy.publicKey, .publicKey,
      "Ed25519 key that signatures of policies are checked with, 64 hex digits; empty: none."),
    SettingsEntry(
      "policy", "require_signature", \.policy.requireSignature, .bool,
      "Whether a policy without a valid signature is refused on paper too; live it always is."),
    SettingsEntry(
      "policy", "mlp_directory", \.policy.mlpDirectory, .path, isPath: true,
      "Directory of the archived mlp policy; empty: none."),
    SettingsEntry(
      "policy", "deadline_millis", \.policy.deadlineMillis, .integer(1...60_000), unit: "milliseconds",
      "Time for a whole decision; below rollback.latency_p99_millis."),
    SettingsEntry(
      "policy", "sma_fast_bars", \.policy.smaFastBars, .integer(1...10_000), unit: "bars",
      "Fast average of sma-cross; below sma_slow_bars."),
    SettingsEntry(
      "policy", "sma_slow_bars", \.policy.smaSlowBars, .integer(2...10_000), unit: "bars", "Slow average of sma-cross."),
    SettingsEntry(
      "policy", "minimum_confidence", \.policy.minimumConfidence, .decimal("0", "1"), unit: "probability",
      "Lowest probability of the chosen action at which a position may be opened."),
  ]

  private static let execution: [SettingsEntry] = [
    SettingsEntry(
      "execution", "protective_stop_atr", \.execution.protectiveStopATR, .decimal("0", "100"),
      unit: "average true ranges", "Distance of the protective stop; 0: no stop."),
    SettingsEntry(
      "execution", "take_profit_atr", \.execution.takeProfitATR, .decimal("0", "1000"),
      unit: "average true ranges", "Distance of the take-profit order; 0: none."),
    SettingsEntry(
      "execution", "max_open_orders", \.execution.maxOpenOrders, .integer(1...10_000), unit: "orders",
      "Orders that may be open at the venue at once."),
    SettingsEntry(
      "execution", "reconcile_seconds", \.execution.reconcileSeconds, .integer(1...86_400), unit: "seconds",
      "Time between two comparisons of the own books with the venue's."),
  ]

  private static let paper: [SettingsEntry] = [
    SettingsEntry(
      "paper", "cash_quote", \.paper.cashQuote, .decimal("1", "1000000000000"), unit: "quote currency",
      "Cash of a new paper account."),
    SettingsEntry(
      "paper", "spread", \.paper.spread, .decimal("0", "0.1"), unit: "share of the price",
      "Full spread around the bar's open at which orders fill."),
    SettingsEntry(
      "paper", "slippage", \.paper.slippage, .decimal("0", "0.1"), unit: "share of the price",
      "Slippage of orders that take liquidity, on top of half the spread."),
    SettingsEntry(
      "paper", "maximum_volume_share", \.paper.maximumVolumeShare, .decimal("0", "1"), unit: "share of the volume",
      "Largest share of a bar's volume that orders get; 0: all that they want."),
  ]

  private static let journal: [SettingsEntry] = [
    SettingsEntry(
      "journal", "group_commit_millis", \.journal.groupCommitMillis, .integer(0...1000), unit: "milliseconds",
      "Longest time that records wait for a common commit."),
    SettingsEntry(
      "journal", "queue_capacity", \.journal.queueCapacity, .integer(256...1_048_576), unit: "records",
      "Records that may wait to be written."),
    SettingsEntry(
      "journal", "rotate_megabytes", \.journal.rotateMegabytes, .integer(0...1_000_000), unit: "megabytes",
      "Size from which the journal's file becomes an archive; 0: never."),
    SettingsEntry(
      "journal", "keep_archives", \.journal.keepArchives, .integer(0...1_000_000), unit: "files",
      "Archives that are kept, older ones are removed; 0: all are kept."),
  ]

  private static let control: [SettingsEntry] = [
    SettingsEntry(
      "control", "poll_millis", \.control.pollMillis, .integer(1...100), unit: "milliseconds",
      "Interval of the look at the directory that needs no notifications.")
  ]

  private static let server: [SettingsEntry] = [
    SettingsEntry(
      "server", "enabled", \.server.enabled, .bool, "Whether a bot that runs on a clock serves anything."),
    SettingsEntry(
      "server", "port", \.server.port, .integer(0...65_535), unit: "port",
      "Port on 127.0.0.1, where tokens are asked for; 0: only the socket hrmbot.sock in the state directory."),
  ]
}
