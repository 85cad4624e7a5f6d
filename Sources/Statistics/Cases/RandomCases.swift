import Core

/// Cases of random numbers. The seed of a case is the bare state of SplitMix64.
enum RandomCases {
  /// Most numbers of one kind.
  private static let mostNumbers = 100_000

  static func indices(_ input: CaseInput) throws -> [CaseField] {
    var bootstrap = try StationaryBootstrap(
      periods: try input.integer("n"), meanBlock: try input.number("mean_block"),
      random: CounterRandom(key: try input.seed()))
    return [CaseField("indices", .list(bootstrap.next().map { .count($0) }))]
  }

  /// Each kind of number from a fresh generator: as many as are expected, else the usual few.
  static func generator(_ input: CaseInput, expected: JSONTree?) throws -> [CaseField] {
    let fresh = CounterRandom(key: try input.seed())
    let usual = [("u64", 5), ("uniform", 5), ("normal", 4), ("below10", 8)]
    let wanted = expected?.members?.map { ($0.key, $0.value.array?.count ?? 0) } ?? usual
    return try wanted.compactMap { name, count in
      guard count <= mostNumbers else { throw StatisticsError("\(name): at most \(mostNumbers) numbers are drawn") }
      var random = fresh
      let draws = 0..<count
      switch name {
      case "u64": return CaseField(name, .list(draws.map { _ in .text("\(random.next())") }))
      case "uniform": return CaseField(name, .list(draws.map { _ in .number(random.uniform()) }))
      case "normal": return CaseField(name, .list(draws.map { _ in .number(random.normal()) }))
      default:
        guard name.hasPrefix("below"), let bound = Int(name.dropFirst(5)), bound > 0 else { return nil }
        return CaseField(name, .list(draws.map { _ in .count(random.below(bound)) }))
      }
    }
  }
}
