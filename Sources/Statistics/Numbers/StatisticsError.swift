/// Input that a figure cannot be computed from.
package struct StatisticsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, in one line.
  package let description: String

  /// An error as given.
  package init(_ description: String) { self.description = description }
}

/// How much is computed at most. Beyond a limit the input is refused, never cut.
package enum StatisticsLimits {
  /// Periods of one series.
  package static let periods = 10_000_000
  /// Largest absolute return of one period: fourth powers of it still add up without overflow.
  package static let absoluteReturn = 1e9
  /// Draws of one bootstrap.
  package static let draws = 1_000_000
  /// Draws times periods times series of one bootstrap, which bounds its time.
  package static let bootstrapWork = 20_000_000_000
  /// Draws times series whose means are kept, which bounds its memory.
  package static let keptMeans = 20_000_000
  /// Splits of one cross-validation: 18 blocks have 48,620.
  package static let splits = 50_000
  /// Splits times strategies times blocks of one cross-validation, which bounds its time.
  package static let splitWork = 10_000_000_000

  /// Throws unless there are at least `minimum` values, all finite and no larger than a return can be.
  package static func check(_ values: [Double], named name: String, minimum: Int = 1) throws {
    guard values.count >= minimum else {
      throw StatisticsError("\(name): has \(values.count) values, at least \(minimum) needed")
    }
    guard values.count <= periods else {
      throw StatisticsError("\(name): has \(values.count) values, at most \(periods) are read")
    }
    for (index, value) in values.enumerated() where !(abs(value) <= absoluteReturn) {
      throw StatisticsError("\(name)[\(index)]: \(value) is not a finite number of at most \(absoluteReturn)")
    }
  }

  /// Throws unless a bootstrap of this size is one that is computed.
  package static func checkBootstrap(draws: Int, periods: Int, series: Int) throws {
    guard (1...Self.draws).contains(draws) else {
      throw StatisticsError("\(draws) draws: 1 to \(Self.draws) are computed")
    }
    guard Double(draws) * Double(periods) * Double(series) <= Double(bootstrapWork) else {
      throw StatisticsError("\(draws) draws of \(periods) periods of \(series) series are more than is computed")
    }
  }
}
