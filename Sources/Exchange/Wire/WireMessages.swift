import Core

/// What a client asks of a served exchange.
package enum WireRequest: Hashable, Sendable {
  /// Opens the session. A session of the same client name is closed for good, with what it still had under way.
  case hello(version: UInt64, client: String, account: String)
  /// What is traded, by which rules.
  case instruments
  /// What the exchange can do that not every one can.
  case capabilities
  /// The newest bars of an instrument, oldest first.
  case history(InstrumentID, count: Int)
  /// All bars that end after a moment, as far back as the exchange remembers, then each new one.
  case subscribe(after: Timestamp)
  case submit(OrderRequest)
  /// A limit order and a stop of which the first to trade ends the other.
  case submitPair(OrderRequest, OrderRequest)
  case cancel(ClientOrderID)
  case cancelAll
  /// Ends every order unless the request comes again within so many milliseconds; 0 switches it off.
  case cancelAllAfter(millis: Int64)
  case order(ClientOrderID)
  case openOrders
  /// Executions with ids above `tradeID`, oldest first, at most `WireLimits.fillsInAnswer`.
  case fills(after: UInt64)
  case account
  case time

  /// Name on the wire.
  package var name: String {
    switch self {
    case .hello: "hello"
    case .instruments: "instruments"
    case .capabilities: "capabilities"
    case .history: "history"
    case .subscribe: "subscribe"
    case .submit: "submit"
    case .submitPair: "submit_pair"
    case .cancel: "cancel"
    case .cancelAll: "cancel_all"
    case .cancelAllAfter: "cancel_all_after"
    case .order: "order"
    case .openOrders: "open_orders"
    case .fills: "fills"
    case .account: "account"
    case .time: "time"
    }
  }

  /// Whether it only ends orders: what a stop sends is never turned away for being too much.
  package var isCancel: Bool {
    switch self {
    case .cancel, .cancelAll, .cancelAllAfter: true
    default: false
    }
  }
}

/// What the exchange answers.
package enum WireAnswer: Hashable, Sendable {
  case welcome(WireWelcome)
  case instruments([Instrument])
  case capabilities(hasPairs: Bool)
  case bars([Bar])
  case subscribed
  /// The order rests, or has traded: reports tell.
  case placed
  case refused(RejectReason)
  case cancelled
  case notOpen
  /// Number of orders ended.
  case cancelledAll(Int)
  case armed(millis: Int64)
  /// nil: the exchange does not have it, and never will from an earlier session.
  case order(OrderSnapshot?)
  case openOrders([OrderSnapshot])
  /// Executions, and whether there were no more.
  case fills([Fill], isComplete: Bool)
  case account(AccountSnapshot)
  case time(Timestamp)
  case fault(WireFault)
}

/// The answer to a hello.
package struct WireWelcome: Hashable, Sendable {
  /// Version that is spoken from now on.
  package var version: UInt64
  /// Differs with each start of the exchange.
  package var start: UInt64
  /// Number of the account's newest report; the next one bears one more.
  package var reportSequence: UInt64
  /// What the market is made of, in words.
  package var market: String
  /// Length of the bars.
  package var timeframe: Timeframe
  /// The exchange's clock.
  package var time: Timestamp

  package init(
    version: UInt64, start: UInt64, reportSequence: UInt64, market: String, timeframe: Timeframe, time: Timestamp
  ) {
    self.version = version
    self.start = start
    self.reportSequence = reportSequence
    self.market = market
    self.timeframe = timeframe
    self.time = time
  }
}

/// What the exchange sends.
package enum WireMessage: Hashable, Sendable {
  /// The answer to the request of an id; 0 for a line in which none could be read.
  case answer(id: UInt64, WireAnswer)
  case bar(Bar)
  /// News of an order of the account, numbered without gaps from the exchange's start on.
  case report(sequence: UInt64, ExecutionReport)
}

/// Sizes that both sides keep to.
package enum WireLimits {
  /// Version of the protocol.
  package static let version: UInt64 = 1
  /// Longest request, in bytes with its newline.
  package static let requestBytes = 16 << 10
  /// Longest message of the exchange, in bytes with its newline.
  package static let messageBytes = 1 << 20
  /// Most bars in one answer.
  package static let barsInAnswer = 2000
  /// Most executions in one answer.
  package static let fillsInAnswer = 1000
  /// Longest name of a client or an account, in bytes.
  package static let nameBytes = 64
}
