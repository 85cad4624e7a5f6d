import Exchange
import Execution

extension Doctor {
  /// Whether a served exchange answers at an address, and how far its clock is from ours.
  package static func venue(_ text: String) async -> Finding {
    let address: VenueAddress
    do { address = try VenueAddress(text) } catch {
      return Finding(name: "venue", grade: .bad, text: error.detail, remedy: "correct --venue")
    }
    do {
      let view = try await ExchangeView.read(address, withFills: false)
      let isFar = abs(view.clockSkewMillis) > 1000
      return Finding(
        name: "venue", grade: isFar ? .warning : .good,
        text:
          "\(address): \(view.market), \(view.symbols.count) instrument(s), clocks \(view.clockSkewMillis) ms apart",
        remedy: isFar ? "restart the exchange: its clock stands still while the machine sleeps" : nil)
    } catch {
      return Finding(
        name: "venue", grade: .bad, text: "\(address): \(error)", remedy: "start it with `hrmbot exchange serve`")
    }
  }
}
