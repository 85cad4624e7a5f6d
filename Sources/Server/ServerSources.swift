/// Where the server's answers come from. None of it holds up the bot.
package struct ServerSources: Sendable {
  /// What the bot last said.
  package var board: StatusBoard
  /// What it has written down.
  package var journal: JournalDesk
  /// The settings in force as canonical JSON; there are no secrets in them.
  package var settingsJSON: [UInt8]
  /// The last lines of the log, oldest first, each one JSON object.
  package var logLines: @Sendable () -> [[UInt8]]

  /// Sources as given.
  package init(
    board: StatusBoard, journal: JournalDesk = JournalDesk(directory: nil), settingsJSON: [UInt8] = Array("{}".utf8),
    logLines: @escaping @Sendable () -> [[UInt8]] = { [] }
  ) {
    self.board = board
    self.journal = journal
    self.settingsJSON = settingsJSON
    self.logLines = logLines
  }
}
