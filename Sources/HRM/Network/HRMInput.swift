/// What the network looks at for one decision on bars.
public struct HRMInput: Sendable, Equatable {
  /// `windowBars` bars of `nFeatures` numbers each, oldest bar first.
  public var bars: [Float]
  /// Row of the instrument table; a row the table does not have counts as 0, unknown.
  public var instrumentRow: Int
  /// Row of the timeframe table; a row the table does not have counts as 0, unknown.
  public var timeframeRow: Int
  /// `nAccount` context features.
  public var context: [Float]

  /// An input as given.
  public init(bars: [Float], instrumentRow: Int, timeframeRow: Int, context: [Float]) {
    self.bars = bars
    self.instrumentRow = instrumentRow
    self.timeframeRow = timeframeRow
    self.context = context
  }

  /// Throws if the input does not fit the architecture or is not finite.
  public func validate(for architecture: HRMArchitecture) throws {
    func refuse(_ subject: String, _ reason: String) -> ModelError {
      ModelError(file: "input", subject: subject, reason: reason)
    }
    let wanted = architecture.windowBars * architecture.nFeatures
    guard architecture.front == .bars else { throw refuse("bars", "given to a network that reads tokens") }
    guard bars.count == wanted else { throw refuse("bars", "\(bars.count) numbers, the network reads \(wanted)") }
    guard context.count == architecture.nAccount else {
      throw refuse("context", "\(context.count) numbers, the network reads \(architecture.nAccount)")
    }
    if let index = bars.firstIndex(where: { !$0.isFinite }) {
      throw refuse("bars", "number \(index) is \(bars[index])")
    }
    if let index = context.firstIndex(where: { !$0.isFinite }) {
      throw refuse("context", "number \(index) is \(context[index])")
    }
  }
}

/// What the network looks at where it reads tokens.
public struct HRMTokens: Sendable, Equatable {
  /// `seqLen` tokens in 0..<vocab.
  public var tokens: [Int]
  /// Row of the puzzle table; ignored without a prefix.
  public var puzzleRow: Int

  /// An input as given.
  public init(tokens: [Int], puzzleRow: Int = 0) {
    self.tokens = tokens
    self.puzzleRow = puzzleRow
  }
}
