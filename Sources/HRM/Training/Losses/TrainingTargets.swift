/// What the heads should have said about each sequence of a batch.
public struct TrainingTargets: Sendable, Equatable {
  /// A label that says nothing.
  public static let ignoredLabel = -100
  /// An action per sequence, or `seqLen` tokens; `ignoredLabel` where there is none.
  public var labels: [Int]
  /// 1 where the quantity counts, 0 elsewhere; empty without a trade head, as are the next two.
  public var quantityMask: [Float] = []
  /// Wanted quantities in 0...1, wanted values.
  public var quantities: [Float] = [], values: [Float] = []

  /// Targets as given.
  public init(labels: [Int], quantityMask: [Float] = [], quantities: [Float] = [], values: [Float] = []) {
    self.labels = labels
    self.quantityMask = quantityMask
    self.quantities = quantities
    self.values = values
  }

  /// Targets of nothing, for lanes that wait for their first sample.
  init(empty architecture: HRMArchitecture, count: Int) {
    let isTrade = architecture.head == .trade
    labels = [Int](repeating: Self.ignoredLabel, count: isTrade ? count : count * architecture.seqLen)
    quantityMask = [Float](repeating: 0, count: isTrade ? count : 0)
    (quantities, values) = (quantityMask, quantityMask)
  }

  /// Takes the targets of one sequence of a batch.
  mutating func take(_ other: TrainingTargets, sequence: Int, lane: Int, perSequence: Int) {
    for index in 0..<perSequence {
      labels[lane * perSequence + index] = other.labels[sequence * perSequence + index]
    }
    guard !quantityMask.isEmpty else { return }
    quantityMask[lane] = other.quantityMask[sequence]
    quantities[lane] = other.quantities[sequence]
    values[lane] = other.values[sequence]
  }

  /// Throws a `ModelError` that names what does not fit the architecture or is not finite.
  public func validate(for architecture: HRMArchitecture, count: Int, file: String = "batch") throws {
    let isTrade = architecture.head == .trade
    let perSequence = isTrade ? 1 : architecture.seqLen
    let bound = isTrade ? architecture.nActions : architecture.vocab
    guard labels.count == count * perSequence else {
      throw ModelError(
        file: file, subject: "labels", reason: "\(labels.count) labels, \(count * perSequence) expected")
    }
    if let index = labels.firstIndex(where: { $0 != Self.ignoredLabel && !(0..<bound).contains($0) }) {
      throw ModelError(
        file: file, subject: "labels",
        reason: "label \(index) is \(labels[index]), allowed 0..<\(bound) and \(Self.ignoredLabel)")
    }
    for (name, numbers) in [("quantity mask", quantityMask), ("quantities", quantities), ("values", values)] {
      guard numbers.count == (isTrade ? count : 0) else {
        throw ModelError(file: file, subject: name, reason: "\(numbers.count) numbers for \(count) sequences")
      }
      if let index = numbers.firstIndex(where: { !$0.isFinite }) {
        throw ModelError(file: file, subject: name, reason: "number \(index) is \(numbers[index])")
      }
    }
  }
}
