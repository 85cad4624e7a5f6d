import Core

extension WireCodec {
  /// One line with its newline.
  package func encode(_ request: WireRequest, id: UInt64) -> [UInt8] {
    Self.line { json in
      json.key("id")
      json.value(id)
      json.key("op")
      json.value(request.name)
      switch request {
      case .hello(let version, let client, let account):
        json.key("account")
        json.value(account)
        json.key("client")
        json.value(client)
        json.key("version")
        json.value(version)
      case .history(let instrument, let count):
        json.key("count")
        json.value(count)
        json.key("symbol")
        json.value(symbol(instrument))
      case .subscribe(let moment):
        json.key("after")
        json.value(moment.milliseconds)
      case .submit(let order): write(order, to: &json)
      case .submitPair(let first, let second):
        json.key("orders")
        json.array { json in
          for order in [first, second] { json.object { write(order, to: &$0) } }
        }
      case .cancel(let id), .order(let id):
        json.key("client_id")
        json.value(id.description)
      case .cancelAllAfter(let millis):
        json.key("millis")
        json.value(millis)
      case .fills(let tradeID):
        json.key("after")
        json.value(tradeID)
      case .instruments, .capabilities, .cancelAll, .openOrders, .account, .time: break
      }
    }
  }

  /// A request that could not be read, and its id if that could; 0 if not.
  package struct BadRequest: Error, Hashable {
    package let id: UInt64
    package let fault: WireFault
  }

  /// Reads one line without its newline.
  package func request(_ line: some Collection<UInt8>) throws(BadRequest) -> (id: UInt64, request: WireRequest) {
    var id: UInt64 = 0
    do throws(WireFault) {
      let tree = try Self.parse(line)
      guard let found = tree["id"]?.unsigned, found > 0 else {
        throw WireFault(.invalid, "id: expected a whole number above 0")
      }
      id = found
      return (id, try request(tree))
    } catch { throw BadRequest(id: id, fault: error) }
  }

  private func request(_ tree: JSONTree) throws(WireFault) -> WireRequest {
    func fields(_ keys: [String] = []) throws(WireFault) -> WireFields {
      try WireFields(tree, only: ["id", "op"] + keys)
    }
    switch tree["op"]?.string {
    case "hello":
      let fields = try fields(["account", "client", "version"])
      return .hello(
        version: try fields.unsigned("version"), client: try fields.name("client"), account: try fields.name("account"))
    case "instruments":
      _ = try fields()
      return .instruments
    case "capabilities":
      _ = try fields()
      return .capabilities
    case "history":
      let fields = try fields(["count", "symbol"])
      let count = try fields.unsigned("count")
      guard (1...UInt64(WireLimits.barsInAnswer)).contains(count) else {
        throw WireFault(.invalid, "count: expected 1 to \(WireLimits.barsInAnswer)")
      }
      return .history(try knownPlace(try fields.text("symbol")), count: Int(count))
    case "subscribe": return .subscribe(after: try fields(["after"]).moment("after"))
    case "submit": return .submit(try order(fields(Self.orderKeys)))
    case "submit_pair":
      let orders = try fields(["orders"]).list("orders", atMost: 2) { tree throws(WireFault) in try order(tree) }
      guard orders.count == 2 else { throw WireFault(.invalid, "orders: expected two") }
      return .submitPair(orders[0], orders[1])
    case "cancel": return .cancel(try fields(["client_id"]).clientID())
    case "cancel_all_after":
      let millis = try fields(["millis"]).unsigned("millis")
      guard millis <= 86_400_000 else { throw WireFault(.invalid, "millis: at most a day") }
      return .cancelAllAfter(millis: Int64(millis))
    case "order": return .order(try fields(["client_id"]).clientID())
    case "fills": return .fills(after: try fields(["after"]).unsigned("after"))
    case "cancel_all", "open_orders", "account", "time":
      _ = try fields()
      switch tree["op"]?.string {
      case "cancel_all": return .cancelAll
      case "open_orders": return .openOrders
      case "account": return .account
      default: return .time
      }
    default: throw WireFault(.invalid, "op: no such request")
    }
  }
}
