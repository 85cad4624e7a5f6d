import Agent
import Core
import Feed
import Features

/// A network's answers for a stretch of bars, worked out together before the stages get there.
///
/// What the network sees depends on the bars and on the side held, on nothing else of the account: so the answer for every
/// legal side can be had in advance, in large batches, whatever the policy will have done by then. Each answer is the one that
/// the request would get alone. With a cache all of them are worked out; without one those of a side when it is first held in
/// the stretch: who stays flat needs a third of them.
package final class NetworkOutlook {
  private var feed: FeedStage
  private var features: FeatureStage
  private var policy: HRMPolicy
  private let runner: NetworkRunner
  private let cache: OutlookCache?
  private let tradesFrom: Timestamp
  private var answers: [Key: NetworkAnswer] = [:]
  /// Questions of the stretch that nobody has asked yet, without a cache.
  private var open: [Question] = []
  private let clock: () -> UInt64
  /// What has been worked out.
  package private(set) var work: NetworkWork

  private struct Key: Hashable {
    var instrument: InstrumentID
    var bar: Timestamp
    var side: PositionSide
  }

  private struct Question {
    var key: Key
    var request: NetworkRequest
  }

  /// An outlook over a network.
  ///
  /// - Parameters:
  ///   - cache: answers of earlier runs over the same bars.
  ///   - clock: monotonic nanoseconds, to say how fast it was; no answer depends on it.
  package init(
    _ plan: BacktestPlan, policy: HRMPolicy, runner: NetworkRunner, cache: OutlookCache?,
    clock: @escaping () -> UInt64 = { 0 }
  ) {
    self.clock = clock
    work = NetworkWork(threads: runner.threads, precision: runner.precision)
    feed = FeedStage(
      instruments: plan.instruments, timeframe: plan.timeframe, staleAfterBars: plan.staleAfterBars)
    features = FeatureStage(instruments: plan.instruments, timeframe: plan.timeframe, scope: .network)
    self.policy = policy
    self.runner = runner
    self.cache = cache
    tradesFrom = plan.tradesFrom ?? .earliest
  }

  /// Works out what the network says at the bars that come next, in their order. Throws `StartError` for a cache that
  /// cannot be read or written.
  package func prepare(_ bars: [Bar]) throws {
    answers.removeAll(keepingCapacity: true)
    var questions: [Question] = []
    for bar in bars {
      let finding = feed.inspect(bar)
      guard finding.refusal == nil else { continue }
      let observation = features.receive(bar, hasGap: finding.hasGap, isPreRoll: bar.openTime < tradesFrom)
      if bar.openTime >= tradesFrom { questions += self.questions(observation) }
    }
    guard let cache else {
      open = questions
      return
    }
    var missing: [Question] = []
    for question in questions {
      if let cached = try cache.next() {
        answers[question.key] = cached
        work.reused += 1
      } else {
        missing.append(question)
      }
    }
    think(missing)
    for question in missing { if let answer = answers[question.key] { try cache.append(answer) } }
  }

  private func think(_ questions: [Question]) {
    let (begin, cost) = (clock(), runner.cost)
    for start in stride(from: 0, to: questions.count, by: runner.capacity) {
      let batch = questions[start..<min(questions.count, start + runner.capacity)]
      for (question, answer) in zip(batch, runner.run(batch: batch.map(\.request)) { 0 }) {
        answers[question.key] = answer
        work.add(segments: answer.reading?.segments ?? 0, cost: cost)
      }
    }
    work.nanoseconds &+= clock() &- begin
  }

  /// Writes down what the cache has not yet. Throws `StartError`.
  package func finish() throws { try cache?.flush() }

  /// The answer to a request about a bar of the stretch. Nil for any other: the ladder goes on then.
  package func answer(_ request: NetworkRequest) -> NetworkAnswer? {
    let side: PositionSide =
      request.legalMask.contains(.closeLong) ? .long : request.legalMask.contains(.closeShort) ? .short : .flat
    let key = Key(instrument: request.instrument, bar: request.barClose, side: side)
    if answers[key] == nil, open.contains(where: { $0.key == key }) {
      let isWanted = { (question: Question) in question.key.side == side && question.key.bar >= key.bar }
      think(open.filter(isWanted))
      open.removeAll(where: isWanted)
    }
    guard var answer = answers[key] else { return nil }
    answer.ticket = request.sequence
    return answer
  }

  private func questions(_ observation: Observation) -> [Question] {
    let sides: [PositionSide] = observation.isShortable ? [.flat, .long, .short] : [.flat, .long]
    return sides.compactMap { side in
      var seen = observation
      seen.position =
        side == .flat ? .flat : PositionView(side: side, quantity: .zero, totalCostQuote: .zero, entryTime: nil)
      for (place, of) in [PositionSide.flat, .long, .short].enumerated() where place < seen.context.count {
        seen.context[place] = side == of ? 1 : 0
      }
      guard case .think(let request) = policy.decide(seen) else { return nil }
      return Question(
        key: Key(instrument: observation.instrument, bar: observation.bar.closeTime, side: side), request: request)
    }
  }
}
