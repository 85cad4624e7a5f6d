import Core
import Exchange
import Execution

// From effects to the venue and back.
extension StageDriver {
  mutating func perform(_ effects: [ExecutionEffect], _ now: Timestamp) {
    guard !effects.isEmpty else { return }
    for effect in effects {
      switch effect {
      case .intent(let order): release(order, now)
      case .cancel(let id): cancel(id)
      case .query(let id): answers.append(.order(id, exchange.order(id)))
      case .filled(let fill, let position, let realised):
        book.count(fill, position: position, of: execution.order(fill.clientID))
        risk.apply(fill, position: position, realisedQuote: realised)
        let tradable = position.tradable(under: plan.instruments[fill.instrument].rules(at: fill.time))
        features.apply(tradable, of: fill.instrument)
        sides[Int(fill.instrument.index)].side = tradable.side
      case .orderChanged(let id, let state):
        if state == .rejected { book.rejectedOrders += 1 }
        if state.isTerminal && state != .filled { risk.forgetOrder(id) }
      case .alert(let text): book.note(alert: text, at: now)
      }
    }
    environment.unknownOrders = execution.unknownOrders
    environment.openOrders = execution.openOrders
    environment.reservedQuote = execution.reservedQuote
    guard execution.hasUnprotectedPosition != isUnprotected else { return }
    isUnprotected.toggle()
    publishState()
  }

  private mutating func release(_ order: OutboundOrder, _ now: Timestamp) {
    let last = lastPrices[Int(order.request.instrument.index)]
    let (isReleased, effects) = execution.release(
      order, tradingState: environment.tradingState, lastPrice: last, at: now)
    if isReleased {
      book.orders += 1
      let id = order.request.clientID
      switch exchange.check(order.request, at: exchange.clock) {
      case .success(let accepted):
        exchange.insert(accepted)
        answers.append(.outcome(id, .accepted))
        answers.append(.report(.accepted(id, at: accepted.acceptedAt)))
      case .failure(let refusal): answers.append(.outcome(id, .rejected(refusal.reason)))
      }
    }
    perform(effects, now)
  }

  private mutating func cancel(_ id: ClientOrderID) {
    let reports = exchange.cancel(id, at: exchange.clock)
    // Probably filled: only the venue's word on the order tells.
    if reports.isEmpty { answers.append(.order(id, exchange.order(id))) }
    for report in reports { answers.append(.report(report)) }
  }

  /// Takes in what the venue said until it is silent.
  mutating func takeAnswers(_ now: Timestamp) {
    var next = 0
    while next < answers.count {
      let answer = answers[next]
      next += 1
      switch answer {
      case .outcome(let id, let outcome): perform(execution.receive(outcome, of: id, at: now), now)
      case .report(let report): perform(execution.receive(report), now)
      case .order(let id, let snapshot): perform(execution.receive(query: snapshot, of: id, at: now), now)
      }
    }
    if next > 0 { answers.removeAll(keepingCapacity: true) }
  }
}
