/// Exit codes of the programs. They are a promise to scripts and to systemd: a code keeps its meaning (docs/exit-codes.md).
package enum ExitStatus: Int32, CaseIterable, Sendable {
  case done = 0
  case failed = 1
  case unfinished = 2
  case usage = 64
  case badData = 65
  case noInput = 66
  case unavailable = 69
  case cannotWrite = 73
  case readError = 74
  case tryLater = 75
  case configuration = 78
  case interrupted = 130

  /// What it means, in a few words.
  package var meaning: String {
    switch self {
    case .done: "done"
    case .failed: "a check failed, or what was asked was refused"
    case .unfinished: "the budget is used up before the work is done"
    case .usage: "wrong usage"
    case .badData: "bad data"
    case .noInput: "no such input"
    case .unavailable: "no running bot, or no such service"
    case .cannotWrite: "cannot write"
    case .readError: "a file or a connection broke while it was read"
    case .tryLater: "in use, or a fault that may pass: try later"
    case .configuration: "wrong configuration; systemd does not restart the bot"
    case .interrupted: "interrupted by Ctrl-C"
    }
  }
}
