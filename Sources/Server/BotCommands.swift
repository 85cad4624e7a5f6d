import Core

/// What the server may ask of the bot. Each is a wish that the bot's own loop carries out, in its own time.
package struct BotCommands: Sendable {
  /// Stops trading at a level, as a STOP file does.
  package var stop: @Sendable (StopLevel, String) -> Void
  /// Puts a wish to the bot; the answer, one that begins with `refused`, or nil if none came in time.
  package var ask: @Sendable (Wish) async -> String?

  /// Runs a backtest beside the bot.
  package var backtest: @Sendable (BacktestWish) async -> BacktestWish.Outcome

  /// What a person with the operator's token may want.
  package enum Wish: Sendable, Hashable {
    case rollBack(to: String?, reason: String)
    case promote(String)
    /// The second step of a resume.
    case resume(latchID: String)
    case cancel(ClientOrderID)
    case trade(instrument: String, Action, fraction: Rate, reason: String)
  }

  /// Commands as given.
  package init(
    stop: @escaping @Sendable (StopLevel, String) -> Void, ask: @escaping @Sendable (Wish) async -> String?,
    backtest: @escaping @Sendable (BacktestWish) async -> BacktestWish.Outcome = { _ in .failed("not here") }
  ) {
    self.stop = stop
    self.ask = ask
    self.backtest = backtest
  }
}
