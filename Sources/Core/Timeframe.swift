/// The length of a bar.
public struct Timeframe: Hashable, Comparable, Sendable, Codable {
  /// Length in milliseconds.
  public let milliseconds: Int64

  /// A length in milliseconds.
  @inlinable public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// A length from `50ms`, `1s`, `5m`, `1h`, `1d`, `1w`; nil for anything else or over 52 weeks.
  public init?(_ text: String) {
    if text.hasSuffix("ms") {
      guard let count = Int64(text.dropLast(2)), count > 0, count <= 31_449_600_000, text.first != "+" else {
        return nil
      }
      milliseconds = count
      return
    }
    guard let last = text.last, let unit = Self.units.first(where: { $0.suffix == last }),
      let count = Int64(text.dropLast()), count > 0, text.first != "+", count <= 31_449_600_000 / unit.milliseconds
    else { return nil }
    milliseconds = count * unit.milliseconds
  }

  private static let units: [(suffix: Character, milliseconds: Int64)] = [
    ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
  ]

  /// One second.
  public static let oneSecond = Timeframe(milliseconds: 1000)
  /// One minute.
  public static let oneMinute = Timeframe(milliseconds: 60_000)
  /// One hour.
  public static let oneHour = Timeframe(milliseconds: 3_600_000)
  /// One day.
  public static let oneDay = Timeframe(milliseconds: 86_400_000)

  /// Order by length.
  @inlinable public static func < (left: Timeframe, right: Timeframe) -> Bool { left.milliseconds < right.milliseconds }
  /// Reads `1h`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Timeframe(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no timeframe: \(text)")
    }
    self = value
  }
  /// Writes `1h`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
  /// The start of the bar of this length that holds `moment`, counted from 1970 (weeks from a Thursday).
  @inlinable public func start(of moment: Timestamp) -> Timestamp {
    let rest = moment.milliseconds % milliseconds
    return Timestamp(milliseconds: moment.milliseconds - (rest < 0 ? rest + milliseconds : rest))
  }
}

extension Timeframe: CustomStringConvertible {
  /// The shortest text that reads back: `1h`, not `60m`. Lengths that are not whole seconds show as `500ms`.
  public var description: String {
    for unit in Self.units where milliseconds % unit.milliseconds == 0 {
      return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
    }
    return "\(milliseconds)ms"
  }
}
