import Core

/// Several recorded files or other series as one stream of bars of one length, ordered by close time and then by instrument. Each file's
/// bars are brought to the target length first.
public struct MergedReplay: BarSource {
  private struct Lane {
    var file: any BarSeries
    var aggregator: BarAggregator?
    var head: Bar?

    mutating func advance() throws {
      while let bar = try file.next() {
        guard aggregator != nil else {
          head = bar
          return
        }
        if let finished = aggregator?.receive(bar) {
          head = finished
          return
        }
      }
      head = aggregator?.flush()
    }
  }

  /// Length of the bars given.
  public let target: Timeframe
  private var lanes: [Lane]
  /// Indices of lanes that have a bar: a binary heap, the next bar's lane first.
  private var heap: [Int] = []

  /// Merges files. The target must be a multiple of each file's bar length; two files may not have one instrument.
  /// Throws `FeedError`.
  public init(_ files: [any BarSeries], target: Timeframe) throws {
    self.target = target
    lanes = []
    for file in files.sorted(by: { $0.instrument < $1.instrument }) {
      if let previous = lanes.last, previous.file.instrument == file.instrument {
        throw FeedError.duplicateInstrument(file: file.path, otherFile: previous.file.path)
      }
      let aggregator =
        file.timeframe == target ? nil : try BarAggregator(source: file.timeframe, target: target)
      lanes.append(Lane(file: file, aggregator: aggregator))
    }
    for index in lanes.indices {
      try lanes[index].advance()
      if lanes[index].head != nil { heap.append(index) }
    }
    for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sift(from: index) }
  }

  /// The next bar; nil at the end. Throws `FeedError` where a file is damaged.
  public mutating func next() throws -> Bar? {
    guard let first = heap.first else { return nil }
    let bar = lanes[first].head
    try lanes[first].advance()
    if lanes[first].head == nil {
      let last = heap.removeLast()
      if heap.isEmpty { return bar }
      heap[0] = last
    }
    sift(from: 0)
    return bar
  }

  /// Whether lane `left` gives the earlier bar. All bars have one length, so opens order as closes do; lanes stand in
  /// the order of their instruments.
  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    guard let one = lanes[left].head?.openTime, let other = lanes[right].head?.openTime else { return false }
    return one != other ? one < other : left < right
  }

  private mutating func sift(from root: Int) {
    var parent = root
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if isBefore(heap[child], heap[least]) { least = child }
      }
      if least == parent { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }

  /// What all files read and refused so far.
  public var quality: FeedQuality { lanes.reduce(into: FeedQuality()) { $0.add($1.file.quality) } }
  /// The first rows refused of each file.
  public var rowErrors: [RowError] { lanes.flatMap(\.file.rowErrors) }
  /// Bars made of fewer source bars than fit.
  public var incompleteBars: Int { lanes.reduce(0) { $0 + ($1.aggregator?.incompleteBars ?? 0) } }
}
