import Core

/// Fetches bars page by page: a state machine without clock or network. It says what to ask or how long to wait, and is
/// told what came.
///
/// Limits of Binance: the weight used in this minute comes in `X-MBX-USED-WEIGHT-1M`; from 80 % on it waits for the next
/// minute. 429 and 418 say in `Retry-After` how many seconds to be silent.
package struct KlinesFetch: Sendable {
  /// Failures in a row after which it gives up.
  package static let mostFailures = 8
  /// Longest silence that is waited for, in milliseconds: a ban can last for days.
  package static let longestWaitMillis: Int64 = 600_000

  /// What to do next.
  package enum Step: Equatable, Sendable {
    /// Ask for this path and query.
    case ask(String)
    /// Wait so many milliseconds, then ask what to do.
    case wait(milliseconds: Int64)
    /// Everything is there.
    case done
    /// It cannot be done, or not now.
    case failed(String)
  }

  /// What came of a question.
  package enum Answer: Sendable {
    /// An answer: status, `Retry-After` in seconds, weight used in this minute, body.
    case response(status: Int, retryAfter: Int64?, usedWeight: Int?, body: [UInt8])
    /// None.
    case failure(String, isTransient: Bool)
  }

  /// What is fetched.
  package let plan: KlinesPlan
  /// Open of the next bar that is wanted.
  package private(set) var next: Timestamp
  /// Bars taken, rows that came twice, answers that were no use, and times that it was told to be silent.
  package private(set) var bars = 0
  package private(set) var repeated = 0
  package private(set) var failures = 0
  package private(set) var pauses = 0

  private let seed: UInt64
  private var failuresInRow = 0
  private var waitUntil = Timestamp(milliseconds: .min)
  private var isDone = false
  private var fault: String?
  private var draws: UInt64 = 0

  /// A fetch that begins with the bar that opens at `next` or after it; nil: with the plan's first. `seed` is for the
  /// jitter of the pauses.
  package init(_ plan: KlinesPlan, next: Timestamp? = nil, seed: UInt64) {
    self.plan = plan
    self.next = max(plan.from, next ?? plan.from)
    self.seed = seed
  }

  /// What to do at this moment.
  package mutating func step(now: Timestamp) -> Step {
    if let fault { return .failed(fault) }
    if isDone || next >= plan.to || next.adding(milliseconds: plan.timeframe.milliseconds) > now { return .done }
    let wait = waitUntil > now ? waitUntil.millisecondsSince(now) : 0
    return wait > 0 ? .wait(milliseconds: wait) : .ask(plan.query(from: next))
  }

  /// Takes what came; returns the bars that are new, in order.
  package mutating func receive(_ answer: Answer, now: Timestamp) -> [Bar] {
    switch answer {
    case .failure(let text, let isTransient):
      if isTransient { retry(text, now) } else { fault = text }
      return []
    case .response(let status, let retryAfter, let usedWeight, let body):
      if let usedWeight, usedWeight >= plan.market.weightLimit * 8 / 10 { pause(toNextMinute: now) }
      switch status {
      case 200: return take(body, now)
      case 418, 429: beSilent(status, retryAfter, now)
      case 500...599: retry("status \(status)", now)
      default: fault = "refused with status \(status): \(Self.message(body))"
      }
      return []
    }
  }

  private mutating func take(_ body: [UInt8], _ now: Timestamp) -> [Bar] {
    let content: KlinesPage.Content
    do throws(KlinesPage.Fault) {
      content = try KlinesPage.read(body, plan, next: next, now: now)
    } catch {
      retry(error.reason, now)
      return []
    }
    failuresInRow = 0
    repeated += content.repeated
    bars += content.bars.count
    // No new bar: behind the last one there is none in the span.
    guard let last = content.bars.last else {
      isDone = true
      return []
    }
    next = last.closeTime
    isDone = content.reachesPresent
    return content.bars
  }

  private mutating func retry(_ reason: String, _ now: Timestamp) {
    failures += 1
    failuresInRow += 1
    guard failuresInRow < Self.mostFailures else {
      fault = "given up after \(failuresInRow) failures in a row; the last: \(reason)"
      return
    }
    // Half a second, doubled each time, at most half a minute, and up to half as much again by chance.
    let base: Int64 = min(30_000, 500 << Int64(failuresInRow - 1))
    draws += 1
    var random = CounterRandom(seed: seed, purpose: .fetchJitter, step: draws)
    wait(base + Int64(random.below(Int(base / 2))), now)
  }

  private mutating func beSilent(_ status: Int, _ retryAfter: Int64?, _ now: Timestamp) {
    pauses += 1
    failuresInRow += 1
    let seconds = max(1, min(retryAfter ?? (status == 418 ? 120 : 60), 1_000_000))
    guard seconds * 1000 <= Self.longestWaitMillis else {
      fault = "the exchange wants silence for \(seconds) seconds (status \(status))"
      return
    }
    guard failuresInRow < Self.mostFailures else {
      fault = "given up: told to be silent \(failuresInRow) times in a row"
      return
    }
    wait(seconds * 1000, now)
  }

  private mutating func pause(toNextMinute now: Timestamp) {
    pauses += 1
    wait(60_000 - now.milliseconds % 60_000 + 500, now)
  }

  private mutating func wait(_ milliseconds: Int64, _ now: Timestamp) {
    waitUntil = max(waitUntil, now.adding(milliseconds: milliseconds))
  }

  /// `msg` and `code` of a refusal, or the body's begin, made safe to show.
  private static func message(_ body: [UInt8]) -> String {
    let tree = try? JSONTree.parse(body)
    let text = tree?["msg"]?.string ?? String(decoding: body.prefix(200), as: UTF8.self)
    let shown = String(
      String.UnicodeScalarView(text.unicodeScalars.prefix(200).filter { $0.value >= 32 && $0.value < 127 }))
    guard let code = tree?["code"]?.integer else { return shown }
    return "\(shown) (code \(code))"
  }
}
