import Core
import Statistics

extension CaseInput {
  /// A finite number, or what stands for it where there is none.
  func number(_ name: String, else usual: Double) throws -> Double {
    guard let tree = tree[name], !tree.isNull else { return usual }
    return try Self.number(tree, name)
  }

  /// A boolean, or what stands for it where there is none.
  func flag(_ name: String, else usual: Bool) throws -> Bool {
    guard let tree = tree[name], !tree.isNull else { return usual }
    guard let flag = tree.bool else { throw StatisticsError("\(name): \(tree.summary) is neither true nor false") }
    return flag
  }

  /// A number within bounds.
  func number(_ name: String, in bounds: ClosedRange<Double>) throws -> Double {
    let value = try number(name)
    guard bounds.contains(value) else {
      throw StatisticsError("\(name): \(value) is not within \(bounds.lowerBound)...\(bounds.upperBound)")
    }
    return value
  }

  /// A whole number within bounds.
  func integer(_ name: String, in bounds: ClosedRange<Int>) throws -> Int {
    let value = try integer(name)
    guard bounds.contains(value) else {
      throw StatisticsError("\(name): \(value) is not within \(bounds.lowerBound)...\(bounds.upperBound)")
    }
    return value
  }

  /// The elements of an array.
  func elements(_ name: String) throws -> [JSONTree] {
    guard let tree = tree[name] else { throw StatisticsError("\(name): is missing") }
    guard let elements = tree.array else { throw StatisticsError("\(name): is not an array") }
    return elements
  }

  /// Costs of trading: `cost`, and `holding` and `risk_aversion` where they are not 0.
  func costs() throws -> TradingCosts {
    TradingCosts(
      turnover: try number("cost"), holding: try number("holding", else: 0),
      riskAversion: try number("risk_aversion", else: 0))
  }

  /// `var` of each bar: as many as there are returns, or 0 each where risk costs nothing.
  func variances(_ count: Int, _ costs: TradingCosts) throws -> [Double] {
    guard has("var") else {
      guard costs.riskAversion == 0 else { throw StatisticsError("var: is missing, and risk_aversion is not 0") }
      return [Double](repeating: 0, count: count)
    }
    let variances = try numbers("var")
    guard variances.count == count else {
      throw StatisticsError("var: has \(variances.count) values, returns has \(count)")
    }
    if let index = variances.firstIndex(where: { $0 < 0 }) {
      throw StatisticsError("var[\(index)]: \(variances[index]) is below 0")
    }
    return variances
  }
}

extension CaseField {
  /// Values of actions: nan, which marks an illegal action, is written null.
  static func actionValues(_ row: ArraySlice<Double>) -> CaseValue {
    .list(row.map { $0.isNaN ? .undefined : .number($0) })
  }

  /// Positions in the order of files: short, flat, long.
  static let positions: [PositionSide] = [.short, .flat, .long]
}
