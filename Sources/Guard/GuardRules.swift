import Core

/// How far the guard goes.
package enum GuardAim: Int, Sendable, Comparable, CaseIterable {
  /// Only watches.
  case none
  /// Ends every order that could open or grow a position.
  case cancelEntries
  /// Ends every order.
  case cancelAll
  /// Ends every order, then closes every position.
  case flatten

  /// The shorter reach first.
  package static func < (left: GuardAim, right: GuardAim) -> Bool { left.rawValue < right.rawValue }

  /// The word for it in settings and on the command line; nil for what is none.
  package init?(word: String) {
    switch word {
    case "none": self = .none
    case "cancel-entries": self = .cancelEntries
    case "cancel-all": self = .cancelAll
    case "flatten": self = .flatten
    default: return nil
    }
  }
}

/// When the guard acts, and how.
package struct GuardRules: Sendable, Equatable {
  /// How long a STOP may stand without a beat of the bot that confirms it, in milliseconds.
  package var confirmMillis = 1000
  /// How long the bot may be silent without a STOP, in milliseconds.
  package var heartbeatLossMillis = 10_000
  /// What is done then.
  package var onLoss = GuardAim.cancelEntries
  /// The venue's dead-man switch, set when the bot is lost, in milliseconds; 0: it is left alone.
  package var deadManMillis = 0
  /// Whether a STOP of level `stop` that the bot does not confirm closes positions too: nobody knows what state it is in.
  package var flattensOnStop = true
  /// Time between looks at the venue's books while acting, in milliseconds.
  package var lookMillis = 100
  /// The same when there is nothing left to do: what appears anew is ended.
  package var watchMillis = 500
  /// Time after which a cancel that the books do not show to have worked is sent again, in milliseconds.
  package var resendMillis = 400
  /// Time after which a closing order that rests gets a new price, in milliseconds.
  package var repriceMillis = 500
  /// How far from the last price the first closing order may trade; each new price adds as much.
  package var collarStep = Rate(basisPoints: 100)
  /// The farthest that any may.
  package var collarBound = Rate(basisPoints: 1_000)
  /// Time for which a closing order waits for other orders of its instrument to end, in milliseconds; then it is sent
  /// all the same, for it can only shrink the position.
  package var patienceMillis = 1000

  /// The defaults.
  package init() {}

  /// How far from the last price the order after so many others may trade.
  func collar(after tries: Int) -> Rate {
    let steps = Int128(min(max(0, tries), 1000)) + 1
    return min(Rate(raw: collarStep.raw * Rate.Raw(steps)), collarBound)
  }
}
