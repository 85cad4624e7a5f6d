import ArgumentParser
import Bot

extension BenchCommand {
  struct Exchange: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The matching engine: orders, matches, cancels and bars, on one thread.",
      discussion: """
        Orders are drawn beforehand from the seed; each number is the best of three.

        EXAMPLES
          hrmbot bench exchange
          hrmbot bench exchange --operations 5000000 --seed 7 --json
        """)
    @Option(help: "Operations of each part.") var operations = 1_000_000
    @Option(help: "Seed of the orders.") var seed: UInt64 = 1
    @Flag(help: "One JSON object.") var json = false

    func validate() throws {
      guard (1...100_000_000).contains(operations) else {
        throw ValidationError("--operations must be between 1 and 100000000.")
      }
    }

    func run() {
      let result = ExchangeBenchmark.run(operations: operations, seed: seed)
      print(json ? result.json().text : result.text)
    }
  }
}
