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

  private static func trading(
    dH: Int, dL: Int, heads: (Int, Int), layers: (Int, Int), innerMultiple: Int, cycles: Int, steps: Int, reset: Bool
  ) -> HRMArchitecture {
    HRMArchitecture(
      dH: dH, dL: dL, headsH: heads.0, headsL: heads.1, layersH: layers.0, layersL: layers.1, expansion: 4,
      innerMultiple: innerMultiple, nCycles: cycles, tSteps: steps, rmsEps: 1e-5, ropeBase: 10_000, pos: .rope,
      lReset: reset, maxSegments: 4, front: .bars, seqLen: 15, vocab: 1, puzzleDim: 0, nPuzzles: 1, nFeatures: 16,
      patch: 4, nInstruments: 1000, dInstrument: 64, nTimeframes: 10, dTimeframe: 32, nAccount: 8, head: .trade,
      nActions: 5)
  }
}
