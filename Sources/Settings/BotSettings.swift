import Core

/// Everything that can be set, with its defaults. `config/settings.yaml` has the same sections and keys, in snake case.
public struct BotSettings: Sendable, Equatable {
  /// Where bars come from.
  public var market = MarketSettings()
  /// Who decides.
  public var policy = PolicySettings()
  /// The network.
  public var hierarchicalReasoningModel = HRMSettings()
  /// When the policy is replaced.
  public var rollback = RollbackSettings()
  /// The limits of the risk veto.
  public var risk = RiskSettings()
  /// How approved orders are carried out.
  public var execution = ExecutionSettings()
  /// The paper venue.
  public var paper = PaperSettings()
  /// The durable record.
  public var journal = JournalSettings()
  /// The control directory.
  public var control = ControlSettings()
  /// The HTTP server.
  public var server = ServerSettings()
  /// Who is told what happens.
  public var notifications = NotificationSettings()
  /// The guard beside the bot.
  public var emergencyGuard = GuardSettings()
  /// The defaults.
  public init() {}
}

/// Where bars come from.
public struct MarketSettings: Sendable, Equatable {
  /// Seed of the simulated market.
  public var seed: UInt64 = 1
  /// Symbols of the simulated market.
  public var simulatedInstruments = ["SIM-BTC"]
  /// Bar length; nil: 1 second for the simulated market, the files' own for a replay.
  public var timeframe: Timeframe?
  /// Bars of history before the first decision.
  public var preRollBars = 300
  /// A feed silent for this many bars is stale.
  public var staleAfterBars = 3
  /// The defaults.
  public init() {}
}

/// Who decides.
public struct PolicySettings: Sendable, Equatable {
  /// `hrm`, `mlp`, `flat` or `sma-cross`.
  public var name = "hrm"
  /// Policy that decides when the one in charge cannot: `flat`, `mlp` or `sma-cross`.
  public var fallback = "flat"
  /// Whether a fallback may open positions.
  public var fallbackMayOpen = false
  /// Directory of the model; empty: `$HRMBOT_HOME/models/hrm-27m-seed<model_seed>`, made when missing.
  public var modelDirectory = ""
  /// Precision that the network computes in: `fp32`, `bf16`, `int8` or `int8-a16`. Of a master another precision than
  /// fp32 is a copy beside it, made when missing.
  public var inferencePrecision = "fp32"
  /// Lowest share of observations on which a copy in a narrower precision must act as its master does.
  public var minimumAgreement = Rate(basisPoints: 9_900)
  /// Seed of the untrained model that is made when there is none.
  public var modelSeed: UInt64 = 1
  /// Public key, in hex, that signatures of policies are checked with; empty: none.
  public var publicKey = ""
  /// Whether a policy without a signature of that key is refused on paper too.
  public var requireSignature = false
  /// Directory of the archived `mlp` policy; empty: none.
  public var mlpDirectory = ""
  /// Time for a whole decision, in milliseconds.
  public var deadlineMillis = 40
  /// Length of the fast average of `sma-cross`, in bars.
  public var smaFastBars = 10
  /// Length of the slow average of `sma-cross`, in bars.
  public var smaSlowBars = 50
  /// Lowest probability of the chosen action at which a position may be opened.
  public var minimumConfidence = Rate(raw: 0)
  /// The defaults.
  public init() {}
}

/// The section `hierarchical_reasoning_model`. nil: what the loaded model says.
public struct HRMSettings: Sendable, Equatable {
  /// Shape of one module.
  public struct Module: Sendable, Equatable {
    /// Width; nil: the model's.
    public var hiddenDimension: Int?
    /// Layers; nil: the model's.
    public var layers: Int?
    /// Dropout probability in training.
    public var dropout: Rate = .zero
    /// The defaults.
    public init() {}
  }
  /// The slow, high-level module.
  public var hModule = Module()
  /// The fast, low-level module.
  public var lModule = Module()
  /// High-level cycles per segment.
  public var cycles: Int?
  /// Low-level steps per cycle.
  public var timesteps: Int?
  /// Relative change below which the L loop counts as converged.
  public var convergenceThreshold: Double = 1e-6
  /// Steps after which a converging loop is cut off.
  public var maxConvergenceSteps = 100
  /// Whether the L loop runs to convergence instead of a fixed number of steps.
  public var runsToConvergence = false
  /// Instruments that the model knows; nil: the model's.
  public var instrumentEmbeddingRows: Int?
  /// Bar lengths that the model knows; nil: the model's.
  public var timeframeEmbeddingRows: Int?
  /// Share of the allowed size that the quantity head's 0 means.
  public var quantityMin = Rate(raw: 0)
  /// Share of the allowed size that the quantity head's 1 means.
  public var quantityMax = Rate.one
  /// Most ACT segments.
  public var actMax = 4
  /// Fewest ACT segments.
  public var actMin = 1
  /// Whether market complexity raises the fewest segments of a decision.
  public var complexitySetsMinimum = false
  /// Exploration probability of ACT in training.
  public var actEpsilon: Double = 0.1
  /// The defaults.
  public init() {}
}

/// When the policy in charge is replaced.
public struct RollbackSettings: Sendable, Equatable {
  /// Whether the bot replaces a failing policy.
  public var isEnabled = true
  /// Failures in a row that replace the policy.
  public var consecutiveFailures = 3
  /// 99th percentile of the decision time that replaces the policy, in milliseconds.
  public var latencyP99Millis = 100
  /// Decisions over which the latency percentile is taken.
  public var latencyWindow = 100
  /// Share of failed decisions that is still taken.
  public var errorRate = Rate(basisPoints: 500)
  /// Decisions over which that share is taken.
  public var errorWindow = 100
  /// Resident memory that is still taken, in MiB; 0: no limit.
  public var memoryMebibytes = 4096
  /// Shortfall of the mean trade behind the recorded expectation that is still taken, as a share of it.
  public var performanceShortfall = Rate(basisPoints: 2000)
  /// Trades over which the mean is taken; 0: performance replaces no policy.
  public var performanceTrades = 100
  /// Mean population stability index that is still taken; 0: drift replaces no policy.
  public var driftIndex = Rate(basisPoints: 2500)
  /// Seconds between two looks at the model's files; 0: none.
  public var archiveCheckSeconds = 60
  /// Seconds after a rollback in which `promote` is refused.
  public var coolDownSeconds = 300
  /// The defaults.
  public init() {}
}

/// The limits of the risk veto.
public struct RiskSettings: Sendable, Equatable {
  /// Zone of the account's trading day: `market` (that of the first instrument), `utc`, `india`, `new_york`.
  public var dayTimeZone = "market"
  /// The same as a rule; nil: that of the first instrument's market.
  public var dayZone: TimeZoneRule? { CalendarReader.zones[dayTimeZone] }
  /// Largest value of one order, in quote currency.
  public var maxOrderNotionalQuote = Money(raw: 25_000 * Money.unit)
  /// Largest value of one position, in quote currency.
  public var maxPositionNotionalQuote = Money(raw: 25_000 * Money.unit)
  /// Largest value of all positions and opening orders together, in quote currency.
  public var maxGrossExposureQuote = Money(raw: 100_000 * Money.unit)
  /// Share of equity one position may have.
  public var maxPositionShare = Rate(basisPoints: 2_500)
  /// Share of equity a position may lose at its protective stop.
  public var riskPerTrade = Rate(basisPoints: 100)
  /// Annual volatility that a position is sized to; zero: no such sizing.
  public var targetVolatility = Rate(basisPoints: 4_000)
  /// Loss since the start of the trading day, as a share of its first equity, that stops the day.
  public var maxDailyLoss = Rate(basisPoints: 300)
  /// Fall from the equity peak that stops the bot.
  public var maxDrawdown = Rate(basisPoints: 1_500)
  /// Losing trades in a row that begin a cool-down.
  public var maxConsecutiveLosses = 8
  /// Time without new positions after losses in a row, in seconds.
  public var coolDownSeconds = 900
  /// Orders in any 60 seconds.
  public var maxOrdersPerMinute = 30
  /// Identical executions in a row after which orders stop until a person resumes.
  public var maxRepeatedExecutions = 20
  /// Distance of an order's price from the last price, in basis points of it.
  public var priceCollar = Rate(basisPoints: 100)
  /// Widest spread, as a share of the price, in which a position may be opened.
  public var maxSpread = Rate(basisPoints: 50)
  /// Highest volatility rank (0 to 1) at which a position may be opened.
  public var maxVolatilityRank = Rate(basisPoints: 9_900)
  /// Age of the newest data, in milliseconds, over which nothing is opened.
  public var maxDataAgeMillis = 5_000
  /// Difference to the venue's clock over which nothing is opened, in milliseconds.
  public var maxClockSkewMillis = 2_000
  /// The defaults.
  public init() {}
}

/// How approved orders are carried out.
public struct ExecutionSettings: Sendable, Equatable {
  /// Distance of the protective stop in average true ranges; zero: no stop.
  public var protectiveStopATR = Rate(raw: 3_000_000_000)
  /// Distance of the take-profit order in average true ranges; zero: none.
  public var takeProfitATR = Rate.zero
  /// Orders that may be open at the venue at once.
  public var maxOpenOrders = 64
  /// Time between two comparisons of the books with the venue's, in seconds.
  public var reconcileSeconds = 60
  /// The defaults.
  public init() {}
}

/// The paper venue.
public struct PaperSettings: Sendable, Equatable {
  /// Cash of a new account, in quote currency.
  public var cashQuote = Money(raw: 100_000 * Money.unit)
  /// Full spread around the bar's open at which orders fill.
  public var spread = Rate(basisPoints: 2)
  /// Slippage of orders that take liquidity, as a share of the price.
  public var slippage = Rate(basisPoints: 1)
  /// Largest share of a bar's volume that orders get; 0: all that they want.
  public var maximumVolumeShare = Rate.zero
  /// The defaults.
  public init() {}
}

/// The journal.
public struct JournalSettings: Sendable, Equatable {
  /// Longest time that records wait for a common commit, in milliseconds.
  public var groupCommitMillis = 5
  /// Records that may wait to be written.
  public var queueCapacity = 65_536
  /// Size from which the journal's file becomes an archive, in megabytes (10⁶ bytes); 0: never.
  public var rotateMegabytes = 256
  /// Archives that are kept; 0: all.
  public var keepArchives = 0
  /// The defaults.
  public init() {}
}

/// The HTTP server.
public struct ServerSettings: Sendable, Equatable {
  /// Whether a bot on a clock serves its state and commands.
  public var enabled = true
  /// Port on loopback; 0: the Unix socket alone.
  public var port = 8787
  /// The defaults.
  public init() {}
}

/// The control directory.
public struct ControlSettings: Sendable, Equatable {
  /// Interval of the look that does not depend on notifications, in milliseconds.
  public var pollMillis = 50
  /// The defaults.
  public init() {}
}
