import Core
import Exchange
import Execution

/// The venue as it truly is: the matching engine with its account, whatever the bot knows of it.
final class SimulatedExchange: @unchecked Sendable {
  private(set) var engine: PaperExchange
  /// Every fill so far, in order of trade ids, which begin at 1.
  private(set) var fills: [Fill] = []
  /// Ids that ever arrived.
  private(set) var arrived: Set<ClientOrderID> = []
  /// Counts the sessions of the bot: what an older one has sent and has not arrived yet is turned away.
  private(set) var epoch = 0
  /// Takes the reports to the session in place.
  var publish: ([ExecutionReport]) -> Void = { _ in }
  /// Told of every fill that leaves a rest.
  var filledInPart: () -> Void = {}
  /// Whether it takes pairs of orders of which one ends the other.
  let hasPairs: Bool
  /// Pairs that it took.
  private(set) var pairs = 0
  /// The other order of each order that was sent in a pair.
  private var partners: [ClientOrderID: ClientOrderID] = [:]
  /// Orders of pairs that live on although the other one has traded or ended.
  private(set) var outlived: [ClientOrderID] = []
  /// Ids that arrived more than once.
  private(set) var repeated: [ClientOrderID] = []

  init(engine: PaperExchange, hasPairs: Bool) {
    self.engine = engine
    self.hasPairs = hasPairs
  }

  /// A new session begins.
  func hello() -> Int {
    epoch += 1
    return epoch
  }

  /// A bar of the market.
  func advance(_ bar: Bar) { tell(engine.advance(bar)) }

  /// An order arrives.
  func submit(_ request: OrderRequest, at time: Timestamp) -> SubmitOutcome {
    if !arrived.insert(request.clientID).inserted { repeated.append(request.clientID) }
    let reports = engine.submit(request, at: time)
    tell(reports)
    if case .rejected(_, let reason, _) = reports.first { return .rejected(reason) }
    return .accepted
  }

  /// A pair arrives. `isSplit`: as two orders that know nothing of each other.
  func submitPair(limit: OrderRequest, stop: OrderRequest, isSplit: Bool, at time: Timestamp) -> SubmitOutcome {
    guard hasPairs else { return .rejected(.invalid) }
    partners[limit.clientID] = stop.clientID
    partners[stop.clientID] = limit.clientID
    if isSplit {
      let outcomes = [stop, limit].map { submit($0, at: time) }
      return outcomes[0]
    }
    for request in [limit, stop] where !arrived.insert(request.clientID).inserted { repeated.append(request.clientID) }
    let reports = engine.submitPair(limit: limit, stop: stop, at: time)
    tell(reports)
    if case .rejected(_, let reason, _) = reports.first { return .rejected(reason) }
    pairs += 1
    return .accepted
  }

  /// A cancel arrives.
  func cancel(_ id: ClientOrderID, at time: Timestamp) -> CancelOutcome {
    let reports = engine.cancel(id, at: time)
    tell(reports)
    return reports.isEmpty ? .notOpen : .cancelled
  }

  /// Ends an order that nobody has asked it to end; false when none is open.
  func cancelUnasked(_ choose: (Int) -> Int, at time: Timestamp) -> Bool {
    guard let id = openOrder(choose) else { return false }
    tell(engine.cancel(id, at: time))
    return true
  }

  /// One of the open orders; nil: there is none.
  func openOrder(_ choose: (Int) -> Int) -> ClientOrderID? {
    let open = engine.openOrders
    return open.isEmpty ? nil : open[choose(open.count)].request.clientID
  }

  private func tell(_ reports: [ExecutionReport]) {
    for case .filled(let fill) in reports {
      precondition(fill.tradeID == UInt64(fills.count) + 1, "the engine numbers its trades without holes")
      fills.append(fill)
      if let order = engine.order(fill.clientID), !order.state.isTerminal { filledInPart() }
    }
    for report in reports { followPair(report) }
    if !reports.isEmpty { publish(reports) }
  }

  /// When one order of a pair has traded or was cancelled, the other has ended by the end of the same event. (One that
  /// expired was ended by the other, which goes on.)
  private func followPair(_ report: ExecutionReport) {
    switch report {
    case .filled, .cancelled: break
    case .accepted, .expired, .rejected: return
    }
    if let partner = partners[report.clientID], let order = engine.order(partner), !order.state.isTerminal {
      outlived.append(partner)
    }
  }

  /// Fills with ids above `tradeID`.
  func fills(after tradeID: UInt64) -> [Fill] { Array(fills.dropFirst(Int(clamping: tradeID))) }
}
