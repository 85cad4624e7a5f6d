import Core
import Files

/// `config/evaluation.yaml`: how models and baselines are compared out of sample.
public struct EvaluationSettings: Sendable, Equatable {
  /// What holds for some of the data: the first market whose conditions all fit a file is the file's.
  public struct Market: Sendable, Equatable {
    /// Name in messages, and in the notes of a model's training: `train_from.crypto`.
    public var name: String
    /// Asset classes as the index names them; empty: any.
    public var assetClasses: [String] = []
    /// First folders of paths below the data directory; empty: any.
    public var folders: [String] = []
    /// Asset class in place of the index's.
    public var assetClass: String?
    /// First day that is judged (UTC); nil: the data's first.
    public var from: CalendarDay?
    /// First day that is not judged any more; nil: all are to the end.
    public var to: CalendarDay?
    /// Fee of every fill.
    public var fee = Rate(basisPoints: 10)
    /// What a market order pays beyond it: half the spread, and slippage.
    public var slippage = Rate(basisPoints: 2)

    /// A market that takes everything.
    public init(name: String) { self.name = name }
  }

  /// What groups are made by, in this order.
  public enum Key: String, Sendable, CaseIterable {
    case market, folder, venue, timeframe, instrument
    case assetClass = "asset_class"
  }

  /// Markets in the order in which they are tried.
  public var markets: [Market] = Self.usualMarkets
  /// What one portfolio is made for.
  public var groupBy: [Key] = [.assetClass, .timeframe]
  /// Bar lengths that are traded; empty: all.
  public var timeframes: [Timeframe] = []
  /// Most instruments of a group; 0: all.
  public var maxInstruments = 64
  /// Bars that an instrument must have in its span.
  public var minBars = 100
  /// Whether data that no model was trained on are used whole, also outside of the market's span.
  public var usesUnseenWhole = true
  /// What becomes of a span that overlaps with a model's training.
  public var refusesOverlap = false
  /// Days left out after the end of training: labels look ahead.
  public var embargoDays = 7
  /// Cash of each instrument's account.
  public var cashQuote = Money(raw: 10_000 * Money.unit)
  /// Largest share of equity in one position.
  public var positionShare = Rate(basisPoints: 9_000)
  /// Value of every entry in place of a share; nil: by share.
  public var notionalQuote: Money?
  /// Whether the limits of the bot's settings hold.
  public var hasLimits = false
  /// Costs in tenths of what they are.
  public var costTenths = [10, 15]
  /// Seeds of chance.
  public var seeds = 5
  /// Resamples of every bootstrap.
  public var draws = 2000
  /// Blocks of the probability of overfitting.
  public var blocks = 12
  /// First of all seeds.
  public var seed: UInt64 = 1
  /// Whether an HRM is also run with its parts held back.
  public var hasAblations = true
  /// Directory of an archived mlp policy; empty: none.
  public var mlpDirectory = ""
  /// Bars at least on which the linear policy must have learnt before the span, else it learns as it goes.
  public var linearHistoryBars = 1000

  /// The values of `config/evaluation.yaml`.
  public init() {}

  static let usualMarkets: [Market] = {
    var india = Market(name: "india")
    (india.folders, india.assetClass) = (["india"], "index_india")
    (india.from, india.fee, india.slippage) = (
      CalendarDay("2025-01-01"), Rate(basisPoints: 2), Rate(basisPoints: 2)
    )
    var crypto = Market(name: "crypto")
    (crypto.assetClasses, crypto.from) = (["crypto_spot", "crypto_perp"], CalendarDay("2024-01-01"))
    var us = Market(name: "us")
    (us.assetClasses, us.from) = (["equity", "etf", "index"], CalendarDay("2014-01-01"))
    (us.fee, us.slippage) = (Rate(basisPoints: 1), Rate(basisPoints: 2))
    var fx = Market(name: "fx")
    (fx.assetClasses, fx.from) = (["fx"], CalendarDay("2020-01-01"))
    (fx.fee, fx.slippage) = (Rate(raw: 50_000), Rate(basisPoints: 1))
    var metal = fx
    (metal.name, metal.assetClasses, metal.slippage) = ("metal", ["metal"], Rate(basisPoints: 5))
    return [india, crypto, us, fx, metal, Market(name: "other")]
  }()

  /// Reads a file. Throws `SettingsErrors`.
  public static func load(path: String) throws(SettingsErrors) -> EvaluationSettings {
    let bytes: [UInt8]
    do throws(BoundedFile.Failure) { bytes = try BoundedFile.read(path, limit: StrictYAML.maximumBytes) } catch {
      throw SettingsErrors([SettingsError(file: path, origin: .default, key: "", value: nil, problem: error.problem)])
    }
    return try EvaluationSettings(bytes: bytes, file: path)
  }

  /// Reads the bytes of a file; what it leaves out keeps its default. Throws `SettingsErrors`.
  public init(bytes: [UInt8], file: String) throws(SettingsErrors) {
    self = try EvaluationFileReader.read(bytes, file: file)
  }
}
