import Core
import Exchange
import Features
import Feed
import Risk

// Most bars change nothing: no order can fill, no loss comes near its limit, and the rule holds. A stretch of them goes
// through one stage after the other as a whole, with what the stages would come to bar by bar: a test says so.
extension StageDriver {
  /// Bars that go through a stage together, at most: they fit into the processor's nearest memory.
  package static let stretch = 64

  /// Takes the bars that come next. Bars must come in the order of their close times.
  package mutating func receive(_ bars: ArraySlice<Bar>) {
    var rest = bars
    // So many of the rest the feed has let through, without a gap.
    var accepted = 0
    while !rest.isEmpty {
      let next = rest.startIndex
      let canPass = mayPass && rest[next].openTime >= tradesFrom
      if canPass, accepted == 0 { accepted = feed.accept(traded(rest.prefix(Self.stretch))) }
      var done = 1
      if accepted == 0 {
        receive(rest[next])
      } else {
        if canPass { done = pass(rest.prefix(accepted)) } else { work(rest[next], isRefused: false, hasGap: false) }
        accepted -= done
      }
      rest = rest.dropFirst(done)
    }
  }

  private var mayPass: Bool {
    mayPassBars && watch == nil && latch == nil && latchedDay == nil && agent.mayHoldThroughBars
  }

  /// The bars before the first one that only warms.
  private func traded(_ bars: ArraySlice<Bar>) -> ArraySlice<Bar> {
    if tradesFrom == .earliest { return bars }
    return bars.prefix { $0.openTime >= tradesFrom }
  }

  /// Brings bars that the feed has let through to the stages, as long as nothing can happen, and with them the next one; how
  /// many those are. `bars` are not empty.
  private mutating func pass(_ bars: ArraySlice<Bar>) -> Int {
    var count = exchange.quietBars(bars)
    let isTraded = count == 0
    if isTraded {
      trade(bars[bars.startIndex])
      // What the fills set off is answered at the end of their bar.
      guard mayPass, answers.isEmpty else {
        close(bars[bars.startIndex], hasGap: false)
        return 1
      }
      count = 1 + exchange.quietBars(bars.dropFirst())
    }
    let quiet = risk.quietBars(bars.prefix(count))
    let held = quiet > 0 ? agent.hold(through: bars.prefix(quiet), sides: sides, ticket: sequence + 1) : 0
    if held > 0 { hold(bars.prefix(held), isTraded: isTraded) }
    if held == count { return held }
    let next = bars.startIndex + held
    if isTraded && held == 0 {
      close(bars[next], hasGap: false)
    } else {
      work(bars[next], isRefused: false, hasGap: false)
    }
    return held + 1
  }

  /// Brings bars at which the policy has held to the other stages. `isTraded`: the venue has had the first.
  private mutating func hold(_ bars: ArraySlice<Bar>, isTraded: Bool) {
    sequence += UInt64(bars.count)
    passedBars += bars.count
    exchange.pass(isTraded ? bars.dropFirst() : bars)
    marks.removeAll(keepingCapacity: true)
    risk.pass(bars, into: &marks)
    features.absorb(bars)
    lastPrices.withUnsafeMutableBufferPointer { prices in
      for place in bars.indices { prices[Int(bars[place].instrument.index)] = bars[place].close }
    }
    book.pass(bars, marks)
  }
}
