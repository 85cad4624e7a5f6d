import Core

/// An open order as the engine has it.
public struct EngineOrderView: Hashable, Sendable {
  /// Number in order of acceptance.
  public let number: UInt64
  /// The order as it was sent.
  public let order: EngineOrder
  /// What has traded.
  public let filledQuantity: Quantity
  /// Moment of acceptance.
  public let acceptedAt: Timestamp
  /// Whether a stop has become the order that it stood for.
  public let isTriggered: Bool
  /// The client's name of the other order of its pair.
  public let partner: ClientKey?
  /// Locked for it.
  public let lockedQuote: Money
  /// Locked for it.
  public let lockedBase: Quantity
}

/// One price of a book.
public struct EngineLevel: Hashable, Sendable {
  /// The price.
  public let price: Price
  /// What all orders there have left, at most what a quantity holds.
  public let quantity: Quantity

  /// A level as given.
  public init(price: Price, quantity: Quantity) {
    self.price = price
    self.quantity = quantity
  }
}

extension MatchingEngine {
  func view(_ slot: Int32) -> EngineOrderView {
    let node = slab[slot]
    return EngineOrderView(
      number: node.number, order: node.order, filledQuantity: Quantity(raw: node.filled),
      acceptedAt: Timestamp(milliseconds: node.liveFrom), isTriggered: node.kind != node.sentKind,
      partner: node.partner >= 0 ? slab[node.partner].key : nil, lockedQuote: Money(raw: node.claimQuote),
      lockedBase: Quantity(raw: node.claimBase))
  }

  /// An open order; nil if there is none of that name.
  public func order(_ key: ClientKey, of account: AccountID) -> EngineOrderView? {
    let slot = index.find(account.index, key, slab)
    return slot < 0 ? nil : view(slot)
  }

  /// Open orders of an account, in order of acceptance.
  public func openOrders(of account: AccountID) -> [EngineOrderView] {
    var result: [EngineOrderView] = []
    var slot = accounts[Int(account.index)].firstOrder
    while slot >= 0 {
      result.append(view(slot))
      slot = slab[slot].accountNext
    }
    return result
  }

  /// How many orders an account has open.
  public func openOrderCount(of account: AccountID) -> Int { accounts[Int(account.index)].openOrders }

  /// Cash of an account. `free` is less than nothing when covering a short has left a debt.
  public func cash(of account: AccountID, quoteAsset: Int = 0) -> AssetBalance {
    let balance = cash[Int(account.index) * quoteAssets + quoteAsset]
    let free = balance.available
    // What is not free is locked, by orders or as collateral.
    let (locked, overflow) = balance.total.subtractingReportingOverflow(free)
    return AssetBalance(free: Money(raw: free), locked: Money(raw: overflow ? .max : locked))
  }

  /// All cash of an account, also what is locked.
  public func totalCash(of account: AccountID, quoteAsset: Int = 0) -> Money {
    Money(raw: cash[Int(account.index) * quoteAssets + quoteAsset].total)
  }

  /// Fees that an account has paid in quote currency.
  public func feesPaid(by account: AccountID, quoteAsset: Int = 0) -> Money {
    Money(raw: cash[Int(account.index) * quoteAssets + quoteAsset].fees)
  }

  /// What an account's closed quantities brought, without fees.
  public func realised(of account: AccountID, quoteAsset: Int = 0) -> Money {
    Money(raw: cash[Int(account.index) * quoteAssets + quoteAsset].realised)
  }

  /// What an account holds of an instrument.
  public func position(of account: AccountID, in instrument: InstrumentID) -> PositionView {
    holdings[holdingPlace(account.index, instrument.index)].position
  }

  /// How much of a holding open sales have locked.
  public func lockedBase(of account: AccountID, in instrument: InstrumentID) -> Quantity {
    Quantity(raw: holdings[holdingPlace(account.index, instrument.index)].lockedBase)
  }

  /// Best levels of the accounts' orders, best first, at most `depth`.
  public func levels(of instrument: InstrumentID, side: Side, depth: Int) -> [EngineLevel] {
    let isBuy = side == .buy
    return ladders[4 * Int(instrument.index) + (isBuy ? 0 : 1)].levels.suffix(depth).reversed().map {
      EngineLevel(price: Price(raw: isBuy ? $0.rank : -$0.rank), quantity: Quantity(raw: Int64(clamping: $0.quantity)))
    }
  }

  /// Last price; nil before the first.
  public func lastPrice(of instrument: InstrumentID) -> Price? {
    let last = books[Int(instrument.index)].last
    return last > 0 ? Price(raw: last) : nil
  }

  /// Sets the reference price of an instrument that has not traded yet.
  public mutating func setLastPrice(_ price: Price, of instrument: InstrumentID) {
    books[Int(instrument.index)].last = price.raw
  }

  /// What an account has spent of its rates in the windows that are open.
  public func rateUse(of account: AccountID) -> RateUse { accounts[Int(account.index)].use }
}
