import Core
import Foundation

/// Time of day and of week as points on circles.
struct ClockFeatures: Sendable {
  private static let dayMilliseconds: Int64 = 86_400_000
  private static let weekMilliseconds: Int64 = 7 * dayMilliseconds
  let daySine: Float
  let dayCosine: Float
  let weekSine: Float
  let weekCosine: Float

  /// The points of a moment, in UTC; a week starts on Monday at midnight.
  init(_ moment: Timestamp) {
    // 1970 began on a Thursday, three days into its week.
    let inWeek = Self.remainder(moment.milliseconds + 3 * Self.dayMilliseconds, Self.weekMilliseconds)
    let inDay = Self.remainder(moment.milliseconds, Self.dayMilliseconds)
    let dayAngle = 2 * Double.pi * Double(inDay) / Double(Self.dayMilliseconds)
    let weekAngle = 2 * Double.pi * Double(inWeek) / Double(Self.weekMilliseconds)
    daySine = Float(sin(dayAngle))
    dayCosine = Float(cos(dayAngle))
    weekSine = Float(sin(weekAngle))
    weekCosine = Float(cos(weekAngle))
  }

  private static func remainder(_ value: Int64, _ modulus: Int64) -> Int64 {
    let rest = value % modulus
    return rest < 0 ? rest + modulus : rest
  }

  /// The context features, in the schema's order.
  func context(position: PositionSide, isShortable: Bool) -> [Float] {
    [
      position == .flat ? 1 : 0, position == .long ? 1 : 0, position == .short ? 1 : 0, isShortable ? 1 : 0, daySine,
      dayCosine, weekSine, weekCosine,
    ]
  }
}
