/// The shape of a network. Two networks with equal architectures have tensors of equal names and shapes.
///
/// Field names in JSON are in snake case, for example `d_h`; unknown fields (settings of a training run) are ignored.
public struct HRMArchitecture: Codable, Equatable, Sendable {
  /// How positions are told apart.
  public enum Positions: String, Codable, Sendable { case rope, learned }
  /// What enters the network: tokens, or bars of a market with a context token before them.
  public enum Front: String, Codable, Sendable { case tokens, bars }
  /// What leaves it: a token per position, or action, quantity and value.
  public enum Head: String, Codable, Sendable { case lm, trade }

  /// Width of the slow (high) module H and of the fast (low) module L.
  public var dH: Int, dL: Int
  /// Attention heads of H and L; each divides its width.
  public var headsH: Int, headsL: Int
  /// Blocks of H and L.
  public var layersH: Int, layersL: Int
  /// Inner width of a block before rounding: `expansion · d · 2/3`.
  public var expansion: Double
  /// The inner width is rounded up to a multiple of this.
  public var innerMultiple: Int
  /// High cycles N per segment, low steps T per cycle.
  public var nCycles: Int, tSteps: Int
  /// Added to the mean square before its root.
  public var rmsEps: Float
  /// Base of the rotary position angles.
  public var ropeBase: Double
  /// How positions are told apart.
  public var pos: Positions
  /// Whether the fast state starts anew in every cycle.
  public var lReset: Bool
  /// Most segments of one decision.
  public var maxSegments: Int
  /// What enters.
  public var front: Front
  /// Positions after the prefix: tokens, or patches of bars.
  public var seqLen: Int
  /// Tokens of front and head.
  public var vocab: Int
  /// Width of a puzzle row (0: no prefix) and number of rows, for tokens.
  public var puzzleDim: Int, nPuzzles: Int
  /// Features per bar and bars per position, for bars.
  public var nFeatures: Int, patch: Int
  /// Rows and width of the instrument table; row 0 stands for an unknown one.
  public var nInstruments: Int, dInstrument: Int
  /// Rows and width of the timeframe table.
  public var nTimeframes: Int, dTimeframe: Int
  /// Context features beside the two tables.
  public var nAccount: Int
  /// What leaves.
  public var head: Head
  /// Actions of the trade head.
  public var nActions: Int
  /// Whose blocks the slow module has; nil: its own.
  public var sharing: Sharing?

  enum CodingKeys: String, CodingKey {
    case dH = "d_h"
    case dL = "d_l"
    case headsH = "heads_h"
    case headsL = "heads_l"
    case layersH = "layers_h"
    case layersL = "layers_l"
    case expansion
    case innerMultiple = "inner_multiple"
    case nCycles = "n_cycles"
    case tSteps = "t_steps"
    case rmsEps = "rms_eps"
    case ropeBase = "rope_base"
    case pos
    case lReset = "l_reset"
    case maxSegments = "max_segments"
    case front
    case seqLen = "seq_len"
    case vocab
    case puzzleDim = "puzzle_dim"
    case nPuzzles = "n_puzzles"
    case nFeatures = "n_features"
    case patch
    case nInstruments = "n_instruments"
    case dInstrument = "d_instrument"
    case nTimeframes = "n_timeframes"
    case dTimeframe = "d_timeframe"
    case nAccount = "n_account"
    case head
    case nActions = "n_actions"
    case sharing
  }

  /// Positions before the sequence: the puzzle row in pieces of `dL`, or the context token.
  public var prefix: Int { front == .bars ? 1 : (puzzleDim + dL - 1) / dL }
  /// All positions S.
  public var positions: Int { prefix + seqLen }
  /// Bars one decision looks at.
  public var windowBars: Int { seqLen * patch }
  /// Numbers of the context token's input.
  public var contextWidth: Int { dInstrument + dTimeframe + nAccount }
  /// Whether H and L differ in width and bridge matrices lie between them.
  public var hasBridges: Bool { dH != dL }
  /// Inner width of H's blocks.
  public var innerH: Int { inner(dH) }
  /// Inner width of L's blocks.
  public var innerL: Int { inner(dL) }

  private func inner(_ width: Int) -> Int {
    let wanted = Int((expansion * Double(width) * 2 / 3).rounded(.toNearestOrEven))
    return innerMultiple * ((wanted + innerMultiple - 1) / innerMultiple)
  }
}
