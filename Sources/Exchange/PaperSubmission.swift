import Core

extension PaperExchange {
  /// Takes an order or refuses it; one report either way. A refused order leaves no trace.
  public mutating func submit(_ request: OrderRequest, at time: Timestamp) -> [ExecutionReport] {
    switch check(request, at: time) {
    case .failure(let refusal): return [.rejected(request.clientID, refusal.reason, at: time)]
    case .success(let order):
      insert(order)
      return [.accepted(request.clientID, at: time)]
    }
  }

  /// Ends a resting order; no report if there is none of that id.
  public mutating func cancel(_ id: ClientOrderID, at time: Timestamp) -> [ExecutionReport] {
    guard let ended = withdraw(id, at: time) else { return [] }
    state.fileEnded(ended)
    return [.cancelled(id, at: time)]
  }

  private mutating func withdraw(_ id: ClientOrderID, at time: Timestamp) -> PaperOrder? {
    for index in state.books.indices {
      guard let place = state.books[index].firstIndex(where: { $0.request.clientID == id }) else { continue }
      var order = state.books[index].remove(at: place)
      order.state = .cancelled
      state.clock = max(state.clock, time)
      return order
    }
    return nil
  }

  /// Why an order was refused.
  package struct Refusal: Error, Hashable {
    package let reason: RejectReason
  }

  /// The order that `submit` would put into the book. Changes nothing.
  package func check(_ request: OrderRequest, at time: Timestamp) -> Result<PaperOrder, Refusal> {
    do {
      let reserved = try claim(of: request, at: time)
      return .success(
        PaperOrder(number: state.nextOrderNumber, request: request, acceptedAt: time, reservedQuote: reserved))
    } catch {
      return .failure(error)
    }
  }

  /// Puts a checked order into the book.
  package mutating func insert(_ order: PaperOrder) {
    precondition(order.number == state.nextOrderNumber)
    state.nextOrderNumber += 1
    state.openOrderCount += 1
    state.reservedQuote = Money(raw: state.reservedQuote.raw + order.reservedQuote.raw)
    state.usedIDs.insert(order.request.clientID, of: order.request.instrument)
    state.books[Int(order.request.instrument.index)].append(order)
    state.clock = max(state.clock, order.acceptedAt)
  }

  /// The cash that the order claims while it rests.
  private func claim(of request: OrderRequest, at time: Timestamp) throws(Refusal) -> Money {
    guard Int(request.instrument.index) < instruments.count else { throw Refusal(reason: .unknownInstrument) }
    guard request.quantity.isPositive, state.openOrderCount < limits.openOrders else { throw Refusal(reason: .invalid) }
    guard !state.usedIDs.contains(request.clientID, of: request.instrument) else {
      throw Refusal(reason: .duplicateClientID)
    }
    let instrument = instruments[request.instrument]
    guard let rules = instrument.rules(at: time) else { throw Refusal(reason: .marketClosed) }
    let reference = try referencePrice(of: request, rules: rules)
    guard request.quantity.isMultiple(of: rules.lot) else { throw Refusal(reason: .lot) }
    guard request.quantity >= rules.minimumQuantity else { throw Refusal(reason: .minimumQuantity) }
    if request.isReduceOnly {
      guard request.quantity <= reducible(by: request.side, in: request.instrument) else {
        throw Refusal(reason: .reduceOnly)
      }
      return .zero
    }
    guard let reference else { throw Refusal(reason: .marketClosed) }
    guard reference * request.quantity >= rules.minimumNotionalQuote else { throw Refusal(reason: .minimumNotional) }
    let opening = try openingQuantity(of: request, instrument: instrument)
    guard opening.isPositive else { return .zero }
    do {
      let notional = reference * opening
      let fee = try notional.scaled(by: max(rules.takerFee, rules.makerFee), rounding: .awayFromZero)
      let needed = try notional.adding(fee)
      guard try needed <= state.availableQuote else { throw Refusal(reason: .insufficientBalance) }
      return needed
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw Refusal(reason: .invalid)
    }
  }

  /// The price to value the order at: its own, or for a market order what it would pay at the last price; nil if no bar
  /// has come.
  private func referencePrice(of request: OrderRequest, rules: InstrumentRules) throws(Refusal) -> Price? {
    do {
      switch request.kind {
      case .limit(let price):
        guard price.isPositive, price.isMultiple(of: rules.tick) else { throw Refusal(reason: .tick) }
        return price
      case .stopMarket(let trigger):
        guard trigger.isPositive, trigger.isMultiple(of: rules.tick) else { throw Refusal(reason: .tick) }
        return try costs.touchedPrice(trigger: trigger, side: .buy, tick: rules.tick)
      case .market:
        let last = marks[Int(request.instrument.index)].price
        return last.isPositive ? try costs.marketPrice(at: last, side: request.side, tick: rules.tick) : nil
      }
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw Refusal(reason: .invalid)
    }
  }

  /// How much of a position an order of this side can close.
  func reducible(by side: Side, in instrument: InstrumentID) -> Quantity {
    let position = state.positions[Int(instrument.index)]
    return position.side == (side == .sell ? .long : .short) ? position.quantity : .zero
  }

  /// The part of an order that opens a position rather than closes one.
  private func openingQuantity(of request: OrderRequest, instrument: Instrument) throws(Refusal) -> Quantity {
    let held = reducible(by: request.side, in: request.instrument)
    if request.side == .sell && !instrument.isShortable {
      // Coins that another resting sale has claimed cannot be sold twice.
      var claimed = request.quantity
      for order in state.books[Int(request.instrument.index)]
      where order.request.side == .sell && !order.request.isReduceOnly {
        guard let sum = try? claimed.adding(order.remaining) else { throw Refusal(reason: .invalid) }
        claimed = sum
      }
      guard claimed <= held else { throw Refusal(reason: held.isZero ? .shortNotAllowed : .insufficientBalance) }
    }
    return Quantity(raw: max(0, request.quantity.raw - held.raw))
  }
}
