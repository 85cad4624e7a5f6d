import Core
import Hummingbird
import Synchronization

/// Events: under their own names, and under those that clients of the bot's predecessor know.
struct LiveRoutes: Sendable {
  let board: StatusBoard

  func add<Context: RequestContext>(to router: Router<Context>) {
    router.get("/api/v1/events") { _, _ in
      EventStream.response(board) {
        { event in
          switch event {
          case .status(let snapshot): [.init(name: "status", json: try snapshot.encoded())]
          case .decision(let json): [.init(name: "decision", json: json)]
          case .fill(let json): [.init(name: "fill", json: json)]
          }
        }
      }
    }
    router.get("/api/live/events") { _, _ in
      EventStream.response(board) {
        let changes = LiveChanges()
        return { event in
          switch event {
          case .status(let snapshot): changes.messages(snapshot)
          case .decision(let json): [.init(name: "hrm_metrics", json: json)]
          case .fill(let json): [.init(name: "trade_executed", json: json)]
          }
        }
      }
    }
  }
}

/// What is new in each state, for one listener.
private final class LiveChanges: Sendable {
  private let last = Mutex<[String: StatusSnapshot.Instrument]>([:])

  func messages(_ snapshot: StatusSnapshot) -> [EventStream.Message] {
    var messages: [EventStream.Message] = []
    last.withLock { last in
      for instrument in snapshot.instruments {
        let before = last.updateValue(instrument, forKey: instrument.symbol)
        if let close = instrument.lastClose, let at = instrument.lastBarClose, at != before?.lastBarClose {
          messages.append(Self.tick(instrument.symbol, close, at))
        }
        if instrument.position != before?.position { messages.append(Self.position(instrument)) }
      }
    }
    messages.append(Self.stats(snapshot))
    return messages
  }

  private static func message(_ name: String, _ write: (inout CanonicalJSON) -> Void) -> EventStream.Message {
    var out = CanonicalJSON()
    out.object(write)
    return EventStream.Message(name: name, json: out.bytes)
  }

  private static func tick(_ symbol: String, _ close: Price, _ at: Timestamp) -> EventStream.Message {
    message("tick") { out in
      out.key("at")
      out.value(at.description)
      out.key("instrument")
      out.value(symbol)
      out.key("price")
      out.value(close)
    }
  }

  private static func position(_ instrument: StatusSnapshot.Instrument) -> EventStream.Message {
    message("position_update") { out in
      out.key("instrument")
      out.value(instrument.symbol)
      out.key("quantity")
      out.value(instrument.position.quantity)
      out.key("side")
      out.value(instrument.position.side.name)
      out.key("unrealised_quote")
      out.value(instrument.unrealisedQuote)
    }
  }

  private static func stats(_ snapshot: StatusSnapshot) -> EventStream.Message {
    message("stats_update") { out in
      out.key("at")
      out.value(snapshot.updatedAt.description)
      out.key("cash_quote")
      out.value(snapshot.cashQuote)
      out.key("decisions")
      out.value(snapshot.decisions)
      out.key("equity_quote")
      out.value(snapshot.equityQuote)
      out.key("fees_quote")
      out.value(snapshot.feesQuote)
      out.key("fills")
      out.value(snapshot.fills)
      out.key("mode")
      out.value(snapshot.mode)
      out.key("orders")
      out.value(snapshot.orders)
      out.key("synthetic")
      out.value(snapshot.isSynthetic)
      out.key("trading_state")
      out.value(snapshot.tradingState.rawValue)
    }
  }
}
