/// The last latencies, and how many of them are above a limit: the percentile test costs no sorting.
struct LatencyWindow: Sendable {
  private let capacity: Int
  private let limitMicros: Int
  private var samples: [Int] = []
  private var next = 0
  private var above = 0

  init(capacity: Int, limitMicros: Int) {
    self.capacity = capacity
    self.limitMicros = limitMicros
  }

  mutating func append(_ micros: Int) {
    if micros > limitMicros { above += 1 }
    if samples.count < capacity {
      samples.append(micros)
    } else {
      if samples[next] > limitMicros { above -= 1 }
      samples[next] = micros
      next = (next + 1) % capacity
    }
  }

  mutating func clear() {
    samples.removeAll(keepingCapacity: true)
    next = 0
    above = 0
  }

  /// Index of the 99th percentile by nearest rank in the sorted full window.
  private var rank: Int { (capacity * 99 + 99) / 100 - 1 }

  /// Whether the window is full and its 99th percentile above the limit.
  var isExceeded: Bool { samples.count == capacity && above >= capacity - rank }

  /// The 99th percentile by nearest rank; nil until the window is full.
  var percentile99: Int? { samples.count == capacity ? samples.sorted()[rank] : nil }
}
