/// One question's way to its answer, segment by segment: when to stop, and what then is said.
struct Deliberation {
  private let legal: [Bool]
  private let limits: ThinkingLimits
  private let maxSegments: Int
  private let forcedSegments: Int?
  private var best: [Int] = []
  private var residuals: [HRMResidual] = []
  private var heads: HRMHeads?
  private(set) var haltReason: HRMHalt?

  init(legal: [Bool], limits: ThinkingLimits) {
    let allowed = 1...HRMArchitecture.largestMaxSegments
    func bounded(_ count: Int) -> Int { min(max(count, allowed.lowerBound), allowed.upperBound) }
    self.legal = legal
    self.limits = limits
    maxSegments = bounded(limits.maxSegments)
    forcedSegments = limits.forcedSegments.map(bounded)
  }

  /// Time for the decision; nil if the clock has no say.
  var deadlineNanoseconds: UInt64? { forcedSegments == nil ? limits.deadlineNanoseconds : nil }

  /// Whether the next segment is the last one in any case. A question of limits alone, never of the clock, so that a
  /// forced repetition computes the same.
  var isLastSegment: Bool { best.count + 1 == maxSegments && (forcedSegments ?? 0) <= maxSegments }

  /// Takes what the network says after one more segment.
  mutating func take(_ heads: HRMHeads) {
    self.heads = heads
    best.append(heads.bestAction(legal: legal))
    residuals.append(HRMResidual(slow: heads.residualH, fast: heads.residualL))
    let wish = wish(heads)
    if let forcedSegments {
      // Neither network nor limit ended it there: so it was the clock that did.
      haltReason = best.count < forcedSegments ? nil : wish ?? .deadline
    } else {
      haltReason = wish
    }
  }

  /// Ends it for want of time.
  mutating func stopForTime() { haltReason = .deadline }

  private func wish(_ heads: HRMHeads) -> HRMHalt? {
    if best.count >= limits.minSegments {
      if heads.qHalt > heads.qContinue { return .q }
      if heads.residualH < limits.tolerance { return .converged }
    }
    return best.count >= maxSegments ? .max : nil
  }

  /// The answer once there is a reason to halt.
  var answer: HRMAnswer {
    HRMAnswer(
      heads: heads!, segments: best.count, haltReason: haltReason!, argmaxPerSegment: best, residuals: residuals)
  }
}

extension HRMInference {
  /// Thinks about an input until the network wants to stop, its state converges, or a limit is reached; always at least
  /// one segment. Adaptive computation time as in the paper, with a deadline added.
  ///
  /// The number of segments is the only thing in which the clock has a say; with `forcedSegments` set to it, the answer
  /// is reproduced bit by bit, halt reason included. The clock is read only if there is a deadline.
  ///
  /// - Parameters:
  ///   - legal: one flag per action, at least one of them true.
  ///   - clock: nanoseconds of a monotonic clock.
  public func decide(
    _ input: HRMInput, legal: [Bool], limits: ThinkingLimits, clock: () -> UInt64
  ) -> HRMAnswer {
    decide(batch: [HRMQuestion(input: input, legal: legal, limits: limits)], clock: clock)[0]
  }

  /// Thinks about several inputs together, at most `capacity`; answers in the order of the questions. Each is what
  /// `decide` gives for that input alone, up to the number of segments where there is a deadline. A sequence that halts
  /// is computed no further. Deadlines count from the call; a segment that is not expected to end before a question's
  /// deadline is not begun for it, so none is overrun by more than the time of one segment.
  public func decide(batch questions: [HRMQuestion], clock: () -> UInt64) -> [HRMAnswer] {
    precondition(questions.count <= capacity, "\(questions.count) questions, capacity is \(capacity)")
    var all = questions.map { Deliberation(legal: $0.legal, limits: $0.limits) }
    let isTimed = all.contains { $0.deadlineNanoseconds != nil }
    let start = isTimed ? clock() : 0
    for (slot, question) in questions.enumerated() { begin(question.input, slot: slot) }
    var segmentStart = isTimed ? clock() : 0
    segmentTimes.removeAll(keepingCapacity: true)
    var slowest = 0.0
    var active = Array(all.indices)
    while !active.isEmpty {
      let heads = runSegment(slots: active, isLast: active.map { all[$0].isLastSegment })
      for (slot, heads) in zip(active, heads) { all[slot].take(heads) }
      let sequences = active.count
      active.removeAll { all[$0].haltReason != nil }
      guard isTimed else { continue }
      let now = clock()
      let elapsed = now &- min(segmentStart, now)
      segmentStart = now
      note(elapsed, sequences: sequences)
      slowest = max(slowest, Double(elapsed) * Double(active.count) / Double(sequences))
      if active.isEmpty { break }
      let next = max(slowest, estimate.prediction(sequences: active.count) ?? 0)
      let end = Double(now &- min(start, now)) + next
      active.removeAll { slot in
        guard let deadline = all[slot].deadlineNanoseconds, end > Double(deadline) else { return false }
        all[slot].stopForTime()
        return true
      }
    }
    return all.map(\.answer)
  }

  /// Nanoseconds that a segment of so many sequences (1...capacity) is expected to take; nil if none was measured.
  public func predictedSegmentNanoseconds(sequences: Int) -> Double? { estimate.prediction(sequences: sequences) }

  private func note(_ nanoseconds: UInt64, sequences: Int) {
    segmentTimes.append(
      SegmentTime(
        sequences: sequences, predictedNanoseconds: estimate.prediction(sequences: sequences), nanoseconds: nanoseconds)
    )
    estimate.note(nanoseconds: Double(nanoseconds), sequences: sequences)
  }
}
