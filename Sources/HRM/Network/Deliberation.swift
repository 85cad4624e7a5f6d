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
    let deadline = limits.forcedSegments == nil ? limits.deadlineNanoseconds : nil
    let largest = HRMArchitecture.largestMaxSegments
    let maxSegments = min(max(limits.maxSegments, 1), largest)
    let start = deadline == nil ? 0 : clock()
    begin(input)
    var segmentStart = deadline == nil ? 0 : clock()
    var slowest = 0.0
    var best: [Int] = []
    while true {
      let heads = runSegment()
      best.append(heads.bestAction(legal: legal))
      let wish = wish(heads, segments: best.count, minSegments: limits.minSegments, maxSegments, limits.tolerance)
      if let forced = limits.forcedSegments {
        if best.count < min(max(forced, 1), largest) { continue }
        // Neither network nor limit ended it here, so it was the clock that did.
        return HRMAnswer(
          heads: heads, segments: best.count, haltReason: wish ?? .deadline, argmaxPerSegment: best)
      }
      if let deadline {
        let now = clock()
        let elapsed = Double(now &- min(segmentStart, now))
        slowest = max(slowest, elapsed)
        note(segmentNanoseconds: elapsed)
        segmentStart = now
        let predicted = Double(now &- min(start, now)) + max(slowest, typicalSegmentNanoseconds ?? 0)
        if wish == nil && predicted > Double(deadline) {
          return HRMAnswer(heads: heads, segments: best.count, haltReason: .deadline, argmaxPerSegment: best)
        }
      }
      if let wish { return HRMAnswer(heads: heads, segments: best.count, haltReason: wish, argmaxPerSegment: best) }
    }
  }

  private func wish(
    _ heads: HRMHeads, segments: Int, minSegments: Int, _ maxSegments: Int, _ tolerance: Float
  ) -> HRMHalt? {
    if segments >= minSegments {
      if heads.qHalt > heads.qContinue { return .q }
      if heads.residualH < tolerance { return .converged }
    }
    return segments >= maxSegments ? .max : nil
  }

  /// Exponential moving average over about ten segments.
  private func note(segmentNanoseconds elapsed: Double) {
    typicalSegmentNanoseconds = typicalSegmentNanoseconds.map { $0 + 0.1 * (elapsed - $0) } ?? elapsed
  }
}
