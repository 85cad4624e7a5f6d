import Core

/// What the server may ask of the bot. Each is a wish that the bot's own loop carries out, in its own time.
package struct BotCommands: Sendable {
  /// Stops trading at a level, as a STOP file does.
  package var stop: @Sendable (StopLevel, String) -> Void
  /// Puts the fallback or a named policy in charge; the answer, or nil if none came in time.
  package var switchPolicy: @Sendable (PolicySwitch) async -> String?

  /// A change of the policy in charge.
  package enum PolicySwitch: Sendable, Hashable {
    case rollBack(to: String?, reason: String)
    case promote(String)
  }

  /// Commands as given.
  package init(
    stop: @escaping @Sendable (StopLevel, String) -> Void,
    switchPolicy: @escaping @Sendable (PolicySwitch) async -> String?
  ) {
    self.stop = stop
    self.switchPolicy = switchPolicy
  }
}
