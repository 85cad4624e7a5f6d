extension HRMArchitecture {
  /// Most trained and constant numbers of a network: what fits the largest file that is read.
  public static let maxElements = 250_000_000
  /// Most segments a decision may be allowed.
  public static let largestMaxSegments = 64
  /// Most cycles N and most steps T.
  public static let largestRecurrence = 16

  /// Throws a `ModelError` that names the first field out of its range; `file` says where the architecture came from.
  public func validate(file: String = "architecture") throws {
    func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
      guard range.contains(value) else {
        throw ModelError(
          file: file, subject: name, reason: "is \(value), allowed \(range.lowerBound)...\(range.upperBound)")
      }
    }
    try check("d_h", dH, 1...8192)
    try check("d_l", dL, 1...8192)
    try check("heads_h", headsH, 1...128)
    try check("heads_l", headsL, 1...128)
    try check("layers_h", layersH, 1...64)
    try check("layers_l", layersL, 1...64)
    try check("inner_multiple", innerMultiple, 1...4096)
    try check("n_cycles", nCycles, 1...Self.largestRecurrence)
    try check("t_steps", tSteps, 1...Self.largestRecurrence)
    try check("max_segments", maxSegments, 1...Self.largestMaxSegments)
    try check("seq_len", seqLen, 1...4096)
    try check("vocab", vocab, 1...1_000_000)
    try check("puzzle_dim", puzzleDim, 0...65_536)
    try check("n_puzzles", nPuzzles, 1...10_000_000)
    try check("n_features", nFeatures, 1...1024)
    try check("patch", patch, 1...1024)
    try check("n_instruments", nInstruments, 1...1_000_000)
    try check("d_instrument", dInstrument, 1...4096)
    try check("n_timeframes", nTimeframes, 1...10_000)
    try check("d_timeframe", dTimeframe, 1...4096)
    try check("n_account", nAccount, 0...4096)
    try check("n_actions", nActions, 2...64)
    try checkNumbers(file: file)
    try checkHeads("heads_h", headsH, width: dH, file: file)
    try checkHeads("heads_l", headsL, width: dL, file: file)
    if sharing == .collapsed {
      // One module has one shape, whichever part it plays.
      try check("d_h", dH, dL...dL)
      try check("heads_h", headsH, headsL...headsL)
      try check("layers_h", layersH, layersL...layersL)
    }
    try check("number of positions", positions, 1...4096)
    try check("number of elements", tensorSpecs.reduce(0) { $0 + $1.count }, 1...Self.maxElements)
  }

  private func checkNumbers(file: String) throws {
    // Written so that a value that is not a number fails.
    guard expansion > 0 && expansion <= 16 else {
      throw ModelError(file: file, subject: "expansion", reason: "is \(expansion), allowed above 0 up to 16")
    }
    guard rmsEps > 0 && rmsEps <= 0.1 else {
      throw ModelError(file: file, subject: "rms_eps", reason: "is \(rmsEps), allowed above 0 up to 0.1")
    }
    guard ropeBase > 1 && ropeBase <= 1e9 else {
      throw ModelError(file: file, subject: "rope_base", reason: "is \(ropeBase), allowed above 1 up to 1e9")
    }
    guard innerH > 0 && innerL > 0 else {
      throw ModelError(file: file, subject: "expansion", reason: "is \(expansion): a block would have no inner width")
    }
  }

  private func checkHeads(_ name: String, _ heads: Int, width: Int, file: String) throws {
    guard width % heads == 0 else {
      throw ModelError(file: file, subject: name, reason: "is \(heads), which does not divide the width \(width)")
    }
    guard pos == .learned || (width / heads) % 2 == 0 else {
      throw ModelError(
        file: file, subject: name, reason: "is \(heads): heads of \(width / heads) are odd, rope needs an even width")
    }
  }
}
