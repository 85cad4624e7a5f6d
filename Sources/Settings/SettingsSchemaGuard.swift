extension SettingsSchema {
  static let emergencyGuard: [SettingsEntry] = [
    SettingsEntry(
      "guard", "venue", \.emergencyGuard.venue, .path, isPath: true,
      "Address of the venue: unix:PATH or tcp:127.0.0.1:PORT; empty: given on the command line."),
    SettingsEntry(
      "guard", "account", \.emergencyGuard.account, .path, isPath: true, "Name of the account at the venue."),
    SettingsEntry(
      "guard", "credentials_file", \.emergencyGuard.credentialsFile, .path, isPath: true,
      "File with the guard's own credentials, readable by nobody else; empty: the venue asks for none."),
    SettingsEntry(
      "guard", "confirm_millis", \.emergencyGuard.confirmMillis, .integer(300...60_000), unit: "milliseconds",
      "Time in which the bot must confirm a STOP; it beats every 250 ms."),
    SettingsEntry(
      "guard", "heartbeat_loss_seconds", \.emergencyGuard.heartbeatLossSeconds, .integer(1...86_400), unit: "seconds",
      "Silence of the bot that counts as its loss, without a STOP."),
    SettingsEntry(
      "guard", "on_heartbeat_loss", \.emergencyGuard.onHeartbeatLoss,
      .choice(["none", "cancel-entries", "cancel-all", "flatten"]), "What is done about it."),
    SettingsEntry(
      "guard", "dead_man_seconds", \.emergencyGuard.deadManSeconds, .integer(0...86_400), unit: "seconds",
      "Time that the venue's dead-man switch is set to when the bot is lost; 0: left alone."),
    SettingsEntry(
      "guard", "flattens_on_stop", \.emergencyGuard.flattensOnStop, .bool,
      "Whether an unconfirmed STOP of level stop closes positions too."),
  ]
}
