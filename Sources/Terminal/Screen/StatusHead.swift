import Core

/// The lines that every page begins with: what this is, and whether it trades.
enum StatusHead {
  static func lines(_ status: StatusSnapshot, now: Timestamp, columns: Int, isPaused: Bool) -> [StyledLine] {
    var lines = [title(status, now, columns, isPaused), about(status)]
    let silence = now.millisecondsSince(status.updatedAt)
    if silence > 5000 && !isPaused {
      lines.append(StyledLine("no word from the bot for \(AmountText.duration(milliseconds: silence))", .bad))
    }
    if let latch = status.latch {
      lines.append(
        StyledLine("STOPPED (\(latch.level.rawValue)) by \(latch.source.rawValue): \(latch.reason.prefix(200))", .bad))
      lines.append(StyledLine("resume with: hrmbot resume \(latch.id)"))
    }
    if !status.degradations.isEmpty {
      lines.append(StyledLine("only reducing: \(status.degradations.joined(separator: ", "))", .warn))
    }
    return lines
  }

  private static func title(_ status: StatusSnapshot, _ now: Timestamp, _ columns: Int, _ isPaused: Bool) -> StyledLine
  {
    var line = StyledLine("hrmbot", .bold)
    func badge(_ text: String, _ colour: Int) {
      line.add(" ")
      line.add(" \(text) ", .badge(colour))
    }
    // Money that is real looks like nothing else on the screen.
    badge(status.mode.uppercased(), status.mode == "paper" ? 6 : 1)
    if status.isSynthetic { badge("SYNTHETIC", 5) }
    if status.isUntrained { badge("UNTRAINED", 3) }
    switch status.tradingState {
    case .active: badge("ACTIVE", 2)
    case .reducing: badge("REDUCING", 3)
    case .halted: badge("HALTED", 1)
    }
    if isPaused { badge("SCREEN PAUSED", 3) }
    let clock = "\(status.updatedAt.description.dropFirst(11).prefix(8)) UTC"
    let uptime = " · up \(AmountText.duration(milliseconds: now.millisecondsSince(status.startedAt)))"
    for text in [clock + uptime, clock] where line.columns + 2 + TextWidth.columns(text) <= columns {
      line.pad(to: columns - TextWidth.columns(text))
      line.add(text, .dim)
      break
    }
    return line
  }

  private static func about(_ status: StatusSnapshot) -> StyledLine {
    var line = StyledLine("policy ")
    line.add(status.policy, .bold)
    line.add(" · \(status.timeframe) bars from \(status.venue)")
    if let address = status.venueAddress {
      line.add(" at \(address)")
      if status.isVenueConnected != true { line.add(", NOT CONNECTED", .bad) }
    }
    line.add(" · pid \(status.processIdentifier)", .dim)
    return line
  }
}
