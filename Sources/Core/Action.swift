/// What a policy can ask for. The order is the same on the wire, in files and in the network.
public enum Action: UInt8, Sendable, CaseIterable, Codable {
  case buyLong = 0
  case sellShort = 1
  case closeLong = 2
  case closeShort = 3
  case hold = 4

  /// Number of actions.
  public static let count = 5
  /// Whether the action opens a position.
  @inlinable public var isOpening: Bool { rawValue < 2 }
  /// Whether the action closes a position.
  @inlinable public var isClosing: Bool { self == .closeLong || self == .closeShort }
  /// The side of the order that carries the action out; nil for hold.
  public var side: Side? {
    switch self {
    case .buyLong, .closeShort: .buy
    case .sellShort, .closeLong: .sell
    case .hold: nil
    }
  }
  /// Name in records and on screens, for example `buy_long`.
  public var name: String {
    switch self {
    case .buyLong: "buy_long"
    case .sellShort: "sell_short"
    case .closeLong: "close_long"
    case .closeShort: "close_short"
    case .hold: "hold"
    }
  }
}

/// The side of a position.
public enum PositionSide: Int8, Sendable, Codable {
  case short = -1
  case flat = 0
  case long = 1
}

/// The actions that are legal in one state.
public struct LegalMask: Hashable, Sendable {
  /// Bit k set: the action with raw value k is legal.
  public let bits: UInt8
  /// A mask from bits.
  @inlinable public init(bits: UInt8) { self.bits = bits }

  /// The one rule of legality, for training and live: open only when flat, close only the side that is held, hold
  /// always; a short opens only where the instrument can be sold short.
  @inlinable public init(position: PositionSide, isShortable: Bool) {
    switch position {
    case .flat: bits = isShortable ? 0b10011 : 0b10001
    case .long: bits = 0b10100
    case .short: bits = 0b11000
    }
  }

  /// Whether an action is legal.
  @inlinable public func contains(_ action: Action) -> Bool { bits & (1 << action.rawValue) != 0 }
}
