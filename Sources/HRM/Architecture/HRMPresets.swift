extension HRMArchitecture {
  /// The default: a wide slow module that runs N times and a narrow fast one that runs N·T times; 27,637,065 parameters.
  public static let hrm27m = trading(
    dH: 512, dL: 256, heads: (8, 4), layers: (7, 4), innerMultiple: 256, cycles: 3, steps: 5, reset: true)

  /// The published core (both modules 512 wide, 4 blocks, N = T = 2) behind the same front; 27,417,929 parameters.
  public static let hrm27mPub = trading(
    dH: 512, dL: 512, heads: (8, 8), layers: (4, 4), innerMultiple: 256, cycles: 2, steps: 2, reset: false)

  /// A network small enough for tests: about 42,000 parameters besides the instrument and timeframe tables.
  public static let tiny = trading(
    dH: 40, dL: 24, heads: (5, 3), layers: (1, 2), innerMultiple: 16, cycles: 2, steps: 2, reset: true)

  /// The published recipe for Sudoku of 4 x 4: 213,890 parameters.
  public static let sudoku4 = HRMArchitecture(
    dH: 64, dL: 64, headsH: 4, headsL: 4, layersH: 2, layersL: 2, expansion: 4, innerMultiple: 32, nCycles: 2,
    tSteps: 2, rmsEps: 1e-5, ropeBase: 10_000, pos: .rope, lReset: false, maxSegments: 4, front: .tokens, seqLen: 16,
    vocab: 6, puzzleDim: 0, nPuzzles: 1, nFeatures: 1, patch: 1, nInstruments: 1, dInstrument: 1, nTimeframes: 1,
    dTimeframe: 1, nAccount: 1, head: .lm, nActions: 5)

  /// A network that trades, of any width.
  public static func trading(
    dH: Int, dL: Int, heads: (Int, Int), layers: (Int, Int), innerMultiple: Int, cycles: Int, steps: Int,
    reset: Bool, maxSegments: Int = 4, features: Int = 16, patch: Int = 4, patches: Int = 15,
    instruments: (rows: Int, width: Int) = (1000, 64), timeframes: (rows: Int, width: Int) = (10, 32)
  ) -> HRMArchitecture {
    HRMArchitecture(
      dH: dH, dL: dL, headsH: heads.0, headsL: heads.1, layersH: layers.0, layersL: layers.1, expansion: 4,
      innerMultiple: innerMultiple, nCycles: cycles, tSteps: steps, rmsEps: 1e-5, ropeBase: 10_000, pos: .rope,
      lReset: reset, maxSegments: maxSegments, front: .bars, seqLen: patches, vocab: 1, puzzleDim: 0, nPuzzles: 1,
      nFeatures: features, patch: patch, nInstruments: instruments.rows, dInstrument: instruments.width,
      nTimeframes: timeframes.rows, dTimeframe: timeframes.width, nAccount: 8, head: .trade, nActions: 5)
  }
}
