import Core

/// A record of what a venue said that cannot be read.
package struct VenueRecordError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Member that is missing or is not what it must be.
  package let field: String
  /// What stands there.
  package let value: String
  /// The message, one line.
  package var description: String { "venue record: \(field) cannot be \(value)" }
}

/// The members of one object in a record of what a venue said.
struct VenueFields {
  private let tree: JSONTree

  /// The members of `tree`; anything but an object has none.
  init(_ tree: JSONTree) { self.tree = tree }

  /// A member that is there and not `null`.
  func present(_ key: String) -> JSONTree? { tree[key].flatMap { $0.isNull ? nil : $0 } }

  private func converted<Result>(_ key: String, _ convert: (JSONTree) -> Result?) throws -> Result {
    let value = tree[key]
    guard let value, let result = convert(value) else {
      throw VenueRecordError(field: key, value: String((value?.summary ?? "missing").prefix(80)))
    }
    return result
  }

  func flag(_ key: String) throws -> Bool { try converted(key, \.bool) }
  func unsigned(_ key: String) throws -> UInt64 { try converted(key, \.unsigned) }
  func text(_ key: String) throws -> String { try converted(key, \.string) }
  func clientID(_ key: String) throws -> ClientOrderID { try converted(key) { $0.string.flatMap(ClientOrderID.init) } }
  func objects(_ key: String) throws -> [VenueFields] { try converted(key, \.array).map(VenueFields.init) }

  func moment(_ key: String) throws -> Timestamp {
    try converted(key) { tree in
      guard let moment = tree.integer.map(Timestamp.init(milliseconds:)) else { return nil }
      return moment >= .earliest && moment <= .latest ? moment : nil
    }
  }

  func decimal<Value: FixedPoint>(_ key: String) throws -> Value {
    try converted(key) { $0.string.flatMap { try? Value($0) } }
  }

  func choice<Value: RawRepresentable<String>>(_ key: String) throws -> Value {
    try converted(key) { $0.string.flatMap(Value.init(rawValue:)) }
  }

  func instrument(_ key: String) throws -> InstrumentID {
    try converted(key) { $0["index"]?.unsigned.flatMap(UInt16.init(exactly:)).map(InstrumentID.init(index:)) }
  }

  // MARK: what is made of them

  func position() throws -> PositionView {
    let side = try converted("side") {
      $0.integer.flatMap(PositionSide.RawValue.init(exactly:)).flatMap(PositionSide.init)
    }
    return PositionView(
      side: side, quantity: try decimal("quantity"), totalCostQuote: try decimal("totalCostQuote"),
      entryTime: try present("entryTime").map { _ in try moment("entryTime") })
  }

  func fill() throws -> Fill {
    Fill(
      tradeID: try unsigned("trade_id"), clientID: try clientID("client_id"), instrument: try instrument("instrument"),
      side: try choice("side"), quantity: try decimal("quantity"), price: try decimal("price"),
      feeQuote: try decimal("fee_quote"),
      feeBase: try present("fee_base").map { _ in try decimal("fee_base") } ?? .zero,
      isMaker: try flag("maker"), time: try moment("time"))
  }

  func order() throws -> OrderSnapshot {
    let request = OrderRequest(
      clientID: try clientID("client_id"), instrument: try instrument("instrument"), side: try choice("side"),
      kind: try kind(), quantity: try decimal("quantity"), isReduceOnly: try flag("reduce_only"))
    return OrderSnapshot(request: request, state: try choice("state"), filledQuantity: try decimal("filled"))
  }

  private func kind() throws -> OrderKind {
    let price: Price? = try present("price").map { _ in try decimal("price") }
    switch (try text("kind"), price) {
    case ("market", nil): return .market
    case ("limit", let price?): return .limit(price)
    case ("stop_market", let price?): return .stopMarket(trigger: price)
    case (let name, _): throw VenueRecordError(field: "kind", value: String(name.prefix(80)))
    }
  }
}
