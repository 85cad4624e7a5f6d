/// Inputs of several sequences: bars with what goes with them, or tokens. Arrays of the other kind are empty.
public struct TrainingInputs: Sendable, Equatable {
  /// Number of sequences.
  public var count: Int
  /// `windowBars` · `nFeatures` numbers per sequence, oldest bar first.
  public var bars: [Float] = []
  /// Rows of the instrument and timeframe tables; a row the table does not have counts as 0, unknown.
  public var instruments: [Int] = [], timeframes: [Int] = []
  /// `nAccount` context features per sequence.
  public var context: [Float] = []
  /// `seqLen` tokens per sequence.
  public var tokens: [Int] = []
  /// A row of the puzzle table per sequence; empty without a prefix.
  public var puzzles: [Int] = []

  /// Bars of several sequences.
  public init(count: Int, bars: [Float], instruments: [Int], timeframes: [Int], context: [Float]) {
    self.count = count
    self.bars = bars
    self.instruments = instruments
    self.timeframes = timeframes
    self.context = context
  }

  /// Tokens of several sequences.
  public init(count: Int, tokens: [Int], puzzles: [Int] = []) {
    self.count = count
    self.tokens = tokens
    self.puzzles = puzzles
  }

  /// Throws a `ModelError` that names what does not fit the architecture or is not finite.
  public func validate(for architecture: HRMArchitecture, file: String = "batch") throws {
    func check(_ name: String, _ got: Int, _ perSequence: Int) throws {
      guard got == count * perSequence else {
        throw ModelError(
          file: file, subject: name, reason: "\(got) numbers for \(count) sequences, \(count * perSequence) expected")
      }
    }
    func check(_ name: String, _ rows: [Int], below bound: Int) throws {
      guard let index = rows.firstIndex(where: { !(0..<bound).contains($0) }) else { return }
      throw ModelError(file: file, subject: name, reason: "number \(index) is \(rows[index]), allowed 0..<\(bound)")
    }
    let isBars = architecture.front == .bars
    try check("bars", bars.count, isBars ? architecture.windowBars * architecture.nFeatures : 0)
    try check("instruments", instruments.count, isBars ? 1 : 0)
    try check("timeframes", timeframes.count, isBars ? 1 : 0)
    try check("context", context.count, isBars ? architecture.nAccount : 0)
    try check("tokens", tokens.count, isBars ? 0 : architecture.seqLen)
    try check("puzzles", puzzles.count, isBars || architecture.puzzleDim == 0 ? 0 : 1)
    try check("tokens", tokens, below: architecture.vocab)
    try check("puzzles", puzzles, below: architecture.nPuzzles)
    for (name, values) in [("bars", bars), ("context", context)] {
      if let index = values.firstIndex(where: { !$0.isFinite }) {
        throw ModelError(file: file, subject: name, reason: "number \(index) is \(values[index])")
      }
    }
  }
}

/// What the heads say about every lane, before any normalisation.
public struct HeadOutputs: Sendable, Equatable {
  /// [lanes, nActions]; empty without a trade head.
  public var policy: [Float] = []
  /// Before the sigmoid; empty without a trade head.
  public var quantityLogits: [Float] = []
  /// Empty without a trade head.
  public var values: [Float] = []
  /// Logits of "stop" and "go on".
  public var qHalt: [Float] = [], qContinue: [Float] = []
  /// [lanes, seqLen, vocab]; empty without a language head.
  public var tokens: [Float] = []

  /// Zeros for a number of lanes.
  public init(_ architecture: HRMArchitecture, lanes: Int) {
    qHalt = [Float](repeating: 0, count: lanes)
    qContinue = qHalt
    switch architecture.head {
    case .trade:
      policy = [Float](repeating: 0, count: lanes * architecture.nActions)
      quantityLogits = qHalt
      values = qHalt
    case .lm: tokens = [Float](repeating: 0, count: lanes * architecture.seqLen * architecture.vocab)
    }
  }

  /// Whether every number is finite.
  public var isFinite: Bool {
    [policy, quantityLogits, values, qHalt, qContinue, tokens].allSatisfy { $0.allSatisfy(\.isFinite) }
  }
}

/// The gradient of a loss in the heads' outputs, number by number.
public typealias HeadGradients = HeadOutputs
