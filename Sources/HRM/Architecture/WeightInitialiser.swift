/// First weights of a network.
public enum WeightInitialiser {
  /// Every tensor of the architecture with its first values, sorted by name. A function of (architecture, seed) alone:
  /// each element is a draw of its own, whatever the number of threads.
  public static func tensors(
    of architecture: HRMArchitecture, seed: UInt64, threads: Int = 2
  ) -> [(name: String, tensor: Tensor)] {
    let team = WorkerTeam(count: threads)
    return architecture.tensorSpecs.enumerated().map { lane, spec in
      switch spec.start {
      case .constant(let value): (spec.name, Tensor(shape: spec.shape, repeating: value))
      case .truncatedNormal(let deviation):
        (spec.name, Tensor(shape: spec.shape, values: draw(spec.count, deviation, seed, UInt64(lane), team)))
      }
    }
  }

  private static func draw(
    _ count: Int, _ deviation: Double, _ seed: UInt64, _ lane: UInt64, _ team: WorkerTeam
  ) -> [Float] {
    let random = WeightRandom(seed: seed, lane: lane)
    let distribution = TruncatedNormal(deviation: deviation)
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialised in
      let base = buffer.baseAddress!
      nonisolated(unsafe) let target = base
      team.run { thread in
        for index in team.share(of: count, thread: thread) {
          (target + index).initialize(to: distribution.value(at: random.symmetricUniform(draw: UInt64(index) &+ 1)))
        }
      }
      initialised = count
    }
  }
}
