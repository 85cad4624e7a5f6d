import Core
import Foundation
import Terminal

/// A file of the repository that holds this test.
func repositoryFile(_ path: String) throws -> String {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
}

/// 2024-03-01T08:07:50Z.
let noon = Timestamp(milliseconds: 1_709_280_470_000)

/// A bot in the middle of a day.
func status(instruments count: Int = 1, limits: Int = 5) throws -> StatusSnapshot {
  var status = StatusSnapshot(
    processIdentifier: 19338, build: "0.1.0", mode: "paper", isSynthetic: true, venue: "simulated",
    timeframe: .oneSecond, startedAt: noon.adding(milliseconds: -3_720_000), updatedAt: noon, tradingState: .active,
    policy: "sma-cross-5-20", isUntrained: false, cashQuote: try Money("82063.02"),
    startEquityQuote: try Money("100000"))
  let names = ["BTC", "ETH", "SOL", "XRP"]
  for index in 0..<count {
    let symbol = "SIM-" + names[index % 4] + (index < 4 ? "" : "\(index)")
    let isLong = index % 3 == 0
    status.instruments.append(
      .init(
        symbol: symbol, lastClose: try Price("10003.42"), lastBarClose: noon.adding(milliseconds: -1000),
        position: isLong
          ? PositionView(
            side: .long, quantity: try Quantity("1.7721"), totalCostQuote: try Money("17726.65"), entryTime: noon)
          : .flat,
        unrealisedQuote: isLong ? try Money("0.41") : .zero))
  }
  status.equityQuote = try Money("99790.08")
  status.feesQuote = try Money("169.67")
  let all: [(String, String, String, Double)] = [
    ("daily_loss", "209.91", "3000", 0.07), ("drawdown", "209.91", "15000", 0.014),
    ("gross_exposure", "17727.06", "100000", 0.18), ("order_rate", "28", "30", 0.93),
    ("consecutive_losses", "5", "8", 0.625),
  ]
  status.limits = all.prefix(limits).map { .init(name: $0.0, used: $0.1, limit: $0.2, share: $0.3) }
  (status.feedAgeMillis, status.decisions, status.orders, status.fills, status.journalRecords) = (700, 74, 12, 9, 659)
  (status.pathMicrosP99, status.decisionMicrosP50, status.decisionMicrosP99) = (383, 17_400, 21_900)
  status.vetoes = [.init(name: "volatility", count: 3)]
  status.lastDecision = .init(
    id: "D-658", symbol: "SIM-BTC", at: noon, action: "hold", finalAction: "hold", quantity: .zero, probability: 0.83,
    segments: 2, haltReason: "q", skipReason: "policy_hold", fallbackReason: nil, policy: "sma-cross-5-20")
  return status
}

/// What a terminal of a size shows, without colours.
func shown(_ state: ScreenState, _ columns: Int, _ rows: Int, now: Timestamp = noon) -> [String] {
  StatusScreen.lines(state, now: now, columns: columns, rows: rows).map { Painter(hasColour: false).text($0) }
}

/// A screen with a state.
func screen(_ status: StatusSnapshot, owner: ScreenState.Owner = .bot, decisions: Int = 0) -> ScreenState {
  var state = ScreenState(owner: owner)
  state.take(status)
  for number in 0..<decisions { state.add(decision: "08:07:\(10 + number) D-\(600 + number) SIM-BTC 10003.42 hold") }
  return state
}
