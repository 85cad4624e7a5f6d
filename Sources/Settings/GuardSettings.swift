/// The guard beside the bot.
public struct GuardSettings: Sendable, Equatable {
  /// Address of the venue, such as `unix:/run/exchange.sock`; empty: given on the command line.
  public var venue = ""
  /// Name of the account there.
  public var account = "main"
  /// File with the guard's own credentials, which nobody else may read; empty: the venue asks for none.
  public var credentialsFile = ""
  /// How long a STOP may stand unconfirmed, in milliseconds.
  public var confirmMillis = 1000
  /// How long the bot may be silent without a STOP, in seconds.
  public var heartbeatLossSeconds = 10
  /// What is done then: `none`, `cancel-entries`, `cancel-all` or `flatten`.
  public var onHeartbeatLoss = "cancel-entries"
  /// The venue's dead-man switch, set when the bot is lost, in seconds; 0: left alone.
  public var deadManSeconds = 0
  /// Whether an unconfirmed STOP of level `stop` closes positions too.
  public var flattensOnStop = true
  /// The defaults.
  public init() {}
}
