import Core

/// The rows of one answer of Binance, checked.
enum KlinesPage {
  /// Why an answer is not used.
  struct Fault: Error, Equatable {
    var reason: String
  }

  /// What an answer holds.
  struct Content: Equatable {
    /// Bars that are new, in order.
    var bars: [Bar] = []
    /// Rows that repeat one before.
    var repeated = 0
    /// Whether the last bar has not closed yet: there is nothing behind it.
    var reachesPresent = false
  }

  /// Reads an answer. Rows must be bars of the plan's length, inside its span, and in order; those before `next` repeat
  /// what is known. A bar that is not closed at `now` ends the data.
  static func read(_ body: [UInt8], _ plan: KlinesPlan, next: Timestamp, now: Timestamp) throws(Fault) -> Content {
    let tree: JSONTree
    do { tree = try JSONTree.parse(body) } catch { throw Fault(reason: "the answer is no JSON: \(error)") }
    guard let rows = tree.array, rows.count <= 1500 else { throw Fault(reason: "the answer is no list of bars") }
    var content = Content()
    var last: Timestamp?
    for row in rows {
      let bar = try bar(row, plan)
      if let last, bar.openTime == last {
        content.repeated += 1
        continue
      }
      guard last.map({ bar.openTime >= $0 }) ?? true else {
        throw Fault(reason: "bars out of order at \(bar.openTime)")
      }
      last = bar.openTime
      guard bar.openTime >= plan.from, bar.openTime < plan.to else {
        throw Fault(reason: "a bar at \(bar.openTime), which was not asked for")
      }
      if bar.openTime < next {
        content.repeated += 1
      } else if bar.closeTime > now {
        content.reachesPresent = true
        break
      } else {
        content.bars.append(bar)
      }
    }
    return content
  }

  private static func bar(_ row: JSONTree, _ plan: KlinesPlan) throws(Fault) -> Bar {
    guard let fields = row.array, fields.count >= 7, let open = fields[0].integer, let close = fields[6].integer else {
      throw Fault(reason: "a row is no bar")
    }
    let openTime = Timestamp(milliseconds: open)
    // Weeks begin on a Monday there, and the epoch was a Thursday.
    let phase: Int64 = plan.timeframe.milliseconds == 604_800_000 ? 345_600_000 : 0
    guard openTime >= .earliest, openTime <= .latest, close == open + plan.timeframe.milliseconds - 1,
      (open - phase) % plan.timeframe.milliseconds == 0
    else { throw Fault(reason: "the bar at \(open) is not of \(plan.timeframe)") }
    func price(_ index: Int) throws(Fault) -> Price {
      guard let text = fields[index].string, let price = try? Price(text) else {
        throw Fault(reason: "the bar at \(openTime) has no price in column \(index)")
      }
      return price
    }
    guard let text = fields[5].string, let volume = try? Measure(text) else {
      throw Fault(reason: "the bar at \(openTime) has no volume")
    }
    let bar = Bar(
      instrument: InstrumentID(index: 0), timeframe: plan.timeframe, openTime: openTime, open: try price(1),
      high: try price(2), low: try price(3), close: try price(4), volume: volume)
    guard bar.isConsistent else { throw Fault(reason: "the bar at \(openTime) is impossible") }
    return bar
  }
}
