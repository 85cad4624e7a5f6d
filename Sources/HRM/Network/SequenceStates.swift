/// What is kept of each sequence from one segment to the next: its states, its embedded input, and how much the states
/// changed. A slot holds one sequence; rows are padded to whole lanes, with zeros.
final class SequenceStates {
  let capacity, positions: Int
  /// Distance of rows in floats.
  let slowStride, fastStride: Int
  /// [capacity, positions, stride].
  let slow, fast, embedding: UnsafeMutablePointer<Float>
  private let slowStart, fastStart: UnsafeMutablePointer<Float>
  /// [capacity, most updates of a segment], in the order L…L H L…L H.
  private let residuals: UnsafeMutablePointer<Float>
  private let residualLimit: Int
  private let notes: UnsafeMutablePointer<Notes>
  private let memory: AlignedMemory

  private struct Notes {
    var count = 0
    var slow: Float = 0
    var fast: Float = 0
  }

  /// - Parameter updates: most updates of a segment.
  init(network: HRMNetwork, capacity: Int, updates: Int) {
    let architecture = network.architecture
    self.capacity = capacity
    positions = architecture.positions
    slowStride = architecture.dH.padded
    fastStride = architecture.dL.padded
    residualLimit = updates
    let rows = capacity * positions
    let floats = [
      rows * slowStride, rows * fastStride, rows * fastStride, slowStride, fastStride, capacity * updates,
    ]
    let noteBytes = capacity * MemoryLayout<Notes>.stride
    memory = AlignedMemory(
      bytes: floats.reduce(AlignedMemory.padded(noteBytes)) { $0 + AlignedMemory.padded(4 * $1) }, isZeroed: true)
    slow = memory.takeFloats(floats[0])
    fast = memory.takeFloats(floats[1])
    embedding = memory.takeFloats(floats[2])
    slowStart = memory.takeFloats(slowStride)
    fastStart = memory.takeFloats(fastStride)
    residuals = memory.takeFloats(floats[5])
    notes = memory.take(bytes: noteBytes).bindMemory(to: Notes.self, capacity: capacity)
    notes.initialize(repeating: Notes(), count: capacity)
    for (index, value) in network.values("z_h0").enumerated() { slowStart[index] = value }
    for (index, value) in network.values("z_l0").enumerated() { fastStart[index] = value }
  }

  /// Sets both states to their start at every position and the input to zero.
  func restart(_ slot: Int) {
    for position in 0..<positions {
      (slow + (slot * positions + position) * slowStride).update(from: slowStart, count: slowStride)
    }
    restartFast(slot, 0..<positions)
    (embedding + slot * positions * fastStride).update(repeating: 0, count: positions * fastStride)
    clearNotes(slot)
  }

  /// Sets the fast state to its start at some positions.
  func restartFast(_ slot: Int, _ range: Range<Int>) {
    for position in range {
      (fast + (slot * positions + position) * fastStride).update(from: fastStart, count: fastStride)
    }
  }

  /// Forgets the changes of the segment before.
  func clearNotes(_ slot: Int) { notes[slot] = Notes() }

  /// Writes down the relative change of an update.
  func note(_ residual: Float, isSlow: Bool, slot: Int) {
    residuals[slot * residualLimit + notes[slot].count] = residual
    notes[slot].count += 1
    if isSlow { notes[slot].slow = residual } else { notes[slot].fast = residual }
  }

  /// Relative changes of the last segment's updates, and the last one of each state.
  func residuals(of slot: Int) -> (all: [Float], slow: Float, fast: Float) {
    let all = UnsafeBufferPointer(start: residuals + slot * residualLimit, count: notes[slot].count)
    return (Array(all), notes[slot].slow, notes[slot].fast)
  }

  /// A slot's rows without their padding.
  func rows(_ state: UnsafePointer<Float>, slot: Int, stride: Int, width: Int) -> [Float] {
    (0..<positions).flatMap { position in
      UnsafeBufferPointer(start: state + (slot * positions + position) * stride, count: width)
    }
  }
}
