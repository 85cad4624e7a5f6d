import Agent
import Core
import Journal

extension NetworkAnswer {
  /// The form in journal records. The latency counts only where it can trip a roll-back, which is in real time.
  package func recorded(_ instrument: InstrumentID, at now: Timestamp) -> AnswerRecord {
    AnswerRecord(
      ticket: ticket, instrument: instrument, reading: reading, quantity: quantity, failure: failure,
      latencyMicros: latencyMicros, at: now)
  }

  /// The answer of a journal record.
  package init(_ record: AnswerRecord) {
    self.init(
      ticket: record.ticket, reading: record.reading, quantity: record.quantity, failure: record.failure,
      latencyMicros: record.latencyMicros)
  }
}

extension ControlCommand {
  /// The form in journal records.
  package func recorded(at now: Timestamp) -> ControlRecord {
    switch self {
    case .stop(let level, let source, let reason):
      ControlRecord(command: "stop", level: level, reason: reason, source: source, at: now)
    case .relatch(let latch):
      // The time of the old latch travels in `by`: it is part of what must be restored.
      ControlRecord(
        command: "relatch", level: latch.level, reason: latch.reason, source: latch.source,
        by: "\(latch.at.milliseconds)", latchID: latch.id, at: now)
    case .resume(let id): ControlRecord(command: "resume", latchID: id, at: now)
    case .rollBack(let policy, let reason):
      ControlRecord(command: "rollback", reason: reason, policy: policy, at: now)
    case .promote(let policy): ControlRecord(command: "promote", policy: policy, at: now)
    case .readiness(let reasons):
      ControlRecord(command: "readiness", reason: reasons.joined(separator: ","), at: now)
    case .silence(let since): ControlRecord(command: "silence", reason: "\(since.milliseconds)", at: now)
    case .degrade(let condition, let isOn):
      ControlRecord(command: isOn ? "degrade" : "recover", reason: condition.rawValue, at: now)
    case .clockSkew(let millis): ControlRecord(command: "clock_skew", reason: "\(millis)", at: now)
    case .memory(let mebibytes): ControlRecord(command: "memory", reason: "\(mebibytes)", at: now)
    case .archiveMismatch(let policy, let evidence):
      ControlRecord(command: "archive_mismatch", reason: evidence, policy: policy, at: now)
    case .cancel(let id): ControlRecord(command: "cancel", at: now, orderID: id)
    case .trade(let trade):
      ControlRecord(
        command: "trade", reason: trade.reason, at: now,
        trade: .init(instrument: trade.instrument, action: trade.action, fraction: trade.fraction))
    }
  }

  /// The command of a journal record. Throws `StartError`.
  package init(_ record: ControlRecord) throws {
    switch record.command {
    case "stop": self = .stop(level: record.level ?? .stop, source: record.source ?? .file, reason: record.reason ?? "")
    case "relatch":
      let at = Timestamp(milliseconds: record.by.flatMap(Int64.init) ?? 0)
      self = .relatch(
        StopLatch(
          id: record.latchID ?? "", level: record.level ?? .stop, source: record.source ?? .file,
          reason: record.reason ?? "", at: at))
    case "resume": self = .resume(latchID: record.latchID ?? "")
    case "rollback": self = .rollBack(to: record.policy, reason: record.reason ?? "")
    case "promote": self = .promote(record.policy ?? "")
    case "readiness":
      self = .readiness((record.reason ?? "").split(separator: ",").map { String($0) })
    case "silence":
      guard let since = record.reason.flatMap({ Int64($0) }) else {
        throw StartError("control record: no moment is \(record.reason ?? "-")", exitCode: 65)
      }
      self = .silence(since: Timestamp(milliseconds: since))
    case "degrade", "recover":
      guard let condition = record.reason.flatMap(Degradation.init(rawValue:)) else {
        throw StartError("control record: no condition is called \(record.reason ?? "-")", exitCode: 65)
      }
      self = .degrade(condition, isOn: record.command == "degrade")
    case "clock_skew":
      guard let millis = record.reason.flatMap({ Int($0) }) else {
        throw StartError("control record: no clock skew is \(record.reason ?? "-")", exitCode: 65)
      }
      self = .clockSkew(millis: millis)
    case "memory":
      guard let mebibytes = record.reason.flatMap({ Int($0) }) else {
        throw StartError("control record: no amount of memory is \(record.reason ?? "-")", exitCode: 65)
      }
      self = .memory(mebibytes: mebibytes)
    case "archive_mismatch": self = .archiveMismatch(policy: record.policy ?? "", evidence: record.reason ?? "")
    case "cancel":
      guard let id = record.orderID else { throw StartError("control record: no order is named", exitCode: 65) }
      self = .cancel(id)
    case "trade":
      guard let trade = record.trade else { throw StartError("control record: no trade is given", exitCode: 65) }
      self = .trade(
        ManualTrade(
          instrument: trade.instrument, action: trade.action, fraction: trade.fraction, reason: record.reason ?? ""))
    default: throw StartError("control record: no command is called \(record.command)", exitCode: 65)
    }
  }
}
