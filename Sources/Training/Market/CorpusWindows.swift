import Core

/// Draws windows of a corpus: market, stretch and unknown instrument as `CorpusSampler` does, half of them from flat.
struct CorpusWindows: WindowSampler {
  let sampler: CorpusSampler
  let isShortable: [Bool]

  func draw(seed: UInt64, step: Int, lane: Int) -> LaneSample {
    let draw = sampler.draw(seed: seed, step: step, lane: lane)
    var random = CounterRandom(seed: seed, purpose: .trainingSamples, step: UInt64(step), lane: UInt64(lane))
    var position = PositionSide.flat
    if random.uniform() >= 0.5 { position = isShortable[draw.series] && random.uniform() < 0.5 ? .short : .long }
    return LaneSample(
      source: draw.series, start: draw.start, options: WindowOptions(start: position, isUnknown: draw.isUnknown).bits)
  }
}
