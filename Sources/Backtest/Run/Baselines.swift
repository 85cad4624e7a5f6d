import Agent
import Core

/// The rules that every policy is shown beside, over the same data, costs and limits.
package enum Baselines {
  /// Requests for the baselines of a run: buy and hold, a cross of means, momentum, a linear model, and chance that trades as
  /// often as the policy did.
  package static func requests(_ request: BacktestRequest, beside run: BacktestRun) -> [BacktestRequest] {
    let isDaily = run.timeframe >= .oneDay
    var list: [PolicyRequest] = [PolicyRequest(name: "buy-and-hold")]
    var cross = PolicyRequest(name: "sma-cross")
    (cross.fast, cross.slow) = (50, 200)
    list.append(cross)
    var momentum = PolicyRequest(name: "momentum")
    momentum.lookback = isDaily ? 90 : 168
    list.append(momentum)
    list.append(PolicyRequest(name: "linear"))
    list.append(chance(request.seed, like: run.book))
    return list.filter { $0.name != request.policy.name || $0.name == "random" }.map { policy in
      var other = request
      other.policy = policy
      return other
    }
  }

  /// A policy by chance whose openings and closings are as many as those of a run, to be expected.
  static func chance(_ seed: UInt64, like book: BacktestBook) -> PolicyRequest {
    var policy = PolicyRequest(name: "random")
    policy.seed = seed
    let held = book.trades.reduce(0) { $0 + $1.closes }
    let trades = Double(book.closedTrades)
    policy.openProbability = min(1, trades / Double(max(1, book.bars - held)))
    policy.closeProbability = held > 0 ? min(1, trades / Double(held)) : 1
    return policy
  }
}
