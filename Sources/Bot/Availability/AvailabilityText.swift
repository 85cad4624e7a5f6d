import Core
import Journal

/// Availability in words and as JSON.
package enum AvailabilityText {
  /// A share such as `99.95 % of 8640 slots`.
  package static func share(_ share: Availability.Share?) -> String {
    guard let share, let value = share.value else { return "nothing is known" }
    return "\(percent(value)) of \(share.slots) slots of 10 s"
  }

  /// An outage with its causes.
  package static func line(_ outage: Availability.Outage) -> String {
    "\(outage.from), \(duration(outage.millis)): \(outage.causes.joined(separator: ", "))"
  }

  /// A share in percent, cut, never rounded up: 99.9996 % is no 100 %.
  package static func percent(_ share: Double) -> String {
    let parts = Int((share * 1_000_000).rounded(.down))
    let fraction = String("0000\(parts % 10_000)".suffix(4))
    return "\(parts / 10_000).\(fraction) %"
  }

  /// A length of time such as `1 d 2 h`, `3 min 5 s` or `0.3 s`.
  package static func duration(_ millis: Int64) -> String {
    let seconds = millis / 1000
    switch seconds {
    case ..<10: return "\(seconds).\(millis % 1000 / 100) s"
    case ..<60: return "\(seconds) s"
    case ..<3600: return "\(seconds / 60) min \(seconds % 60) s"
    case ..<86_400: return "\(seconds / 3600) h \(seconds / 60 % 60) min"
    default: return "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
    }
  }

  /// Availability as one JSON object, or `null`.
  package static func write(
    _ availability: Availability?, longest: Int = 10, into out: inout CanonicalJSON
  ) {
    guard let availability else { return out.null() }
    out.object { out in
      out.key("by_clock")
      write(availability.clock, into: &out)
      out.key("by_session")
      write(availability.session, into: &out)
      out.key("from")
      out.value(availability.from.description)
      out.key("longest_outages")
      out.array { out in for outage in availability.longest(longest) { write(outage, into: &out) } }
      out.key("millis")
      out.value(availability.millis)
      out.key("outages")
      out.value(availability.outages.count)
      out.key("ready_millis")
      out.value(availability.readyMillis)
      out.key("to")
      out.value(availability.to.description)
    }
  }

  private static func write(_ share: Availability.Share, into out: inout CanonicalJSON) {
    out.object { out in
      out.key("budget_left_slots")
      out.value(share.budgetLeft)
      out.key("ready")
      out.optional(share.value)
      out.key("ready_slots")
      out.value(share.ready)
      out.key("slots")
      out.value(share.slots)
    }
  }

  private static func write(_ outage: Availability.Outage, into out: inout CanonicalJSON) {
    out.object { out in
      out.key("causes")
      out.strings(outage.causes)
      out.key("from")
      out.value(outage.from.description)
      out.key("millis")
      out.value(outage.millis)
      out.key("to")
      out.value(outage.to.description)
    }
  }
}
