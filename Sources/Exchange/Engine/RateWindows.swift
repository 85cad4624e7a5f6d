import Core

/// How much an account may ask of the engine: windows that begin with the clock's (the minute, the UTC day), not with
/// the first request.
public struct AccountRates: Hashable, Sendable {
  /// A window: so much in so many milliseconds.
  public struct Window: Hashable, Sendable {
    /// Length in milliseconds.
    public let milliseconds: Int64
    /// Largest count in it.
    public let limit: Int

    /// A window as given. Both must be positive.
    public init(milliseconds: Int64, limit: Int) {
      precondition(milliseconds > 0 && limit > 0)
      self.milliseconds = milliseconds
      self.limit = limit
    }
  }

  /// New orders in the short window; one that trades gives its place back.
  public var ordersShort: Window
  /// New orders in the long window.
  public var ordersLong: Window
  /// Request weight.
  public var weight: Window

  /// The venue's limits: 100 orders in 10 s, 200,000 a day, weight 6000 a minute.
  public init(
    ordersShort: Window = Window(milliseconds: 10_000, limit: 100),
    ordersLong: Window = Window(milliseconds: 86_400_000, limit: 200_000),
    weight: Window = Window(milliseconds: 60_000, limit: 6000)
  ) {
    self.ordersShort = ordersShort
    self.ordersLong = ordersLong
    self.weight = weight
  }
}

/// What an account has spent in the windows that are open.
public struct RateUse: Hashable, Sendable {
  /// Orders in the short and the long window, and weight.
  public private(set) var ordersShort = 0, ordersLong = 0, weight = 0
  private var windowShort = Int64.min, windowLong = Int64.min, windowWeight = Int64.min

  init() {}

  private static func window(_ time: Timestamp, _ length: Int64) -> Int64 {
    let quotient = time.milliseconds / length
    return time.milliseconds % length < 0 ? quotient - 1 : quotient
  }

  private mutating func turn(_ rates: AccountRates, _ time: Timestamp) {
    let short = Self.window(time, rates.ordersShort.milliseconds)
    if short != windowShort { (windowShort, ordersShort) = (short, 0) }
    let long = Self.window(time, rates.ordersLong.milliseconds)
    if long != windowLong { (windowLong, ordersLong) = (long, 0) }
    let minute = Self.window(time, rates.weight.milliseconds)
    if minute != windowWeight { (windowWeight, weight) = (minute, 0) }
  }

  /// Counts a request; why it is refused, if it is. Refused requests cost their weight.
  mutating func charge(_ rates: AccountRates, orders: Int, weight spent: Int, at time: Timestamp) -> EngineRefusal? {
    turn(rates, time)
    guard weight + spent <= rates.weight.limit else { return .tooMuchWeight }
    weight += spent
    guard orders > 0 else { return nil }
    guard ordersShort + orders <= rates.ordersShort.limit, ordersLong + orders <= rates.ordersLong.limit else {
      return .tooManyOrders
    }
    ordersShort += orders
    ordersLong += orders
    return nil
  }

  /// Gives back the place of an order that has traded for the first time.
  mutating func giveBack(_ rates: AccountRates, at time: Timestamp) {
    turn(rates, time)
    ordersShort = max(0, ordersShort - 1)
    ordersLong = max(0, ordersLong - 1)
  }
}
