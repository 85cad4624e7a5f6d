import HRM

extension Trainer {
  /// All of a trainer but its tensors.
  package struct State: Codable, Equatable, Sendable {
    /// Steps done, and those that moved the weights.
    package var step: Int, updates: Int
    /// Steps that did not.
    package var skipped: Int, skippedInARow: Int
    /// The lanes, without what they would do at their end.
    package var lanes: [Lane]
  }

  /// Kinds of tensors that a checkpoint holds, by the prefix of their names.
  private static var kinds: [(prefix: String, kind: HRMParameters.Kind)] {
    [("weights.", .weights), ("means.", .means), ("squares.", .squares)]
  }

  /// What the next step depends on besides tensors.
  var state: State {
    var bare = lanes
    for index in bare.indices { bare[index].finalActions = [] }
    return State(step: step, updates: updates, skipped: skipped, skippedInARow: skippedInARow, lanes: bare)
  }

  /// The tensors that the next step depends on: weights, moments, averages, and what the lanes are in the middle of.
  func tensors() -> [(name: String, tensor: Tensor)] {
    var tensors: [(name: String, tensor: Tensor)] = []
    for (prefix, kind) in Self.kinds {
      for (name, tensor) in network.parameters.tensors(kind) { tensors.append((prefix + name, tensor)) }
    }
    for (name, tensor) in average.tensors() { tensors.append(("average." + name, tensor)) }
    let architecture = task.architecture
    let shape = [lanes.count * task.rowsPerLane, architecture.positions]
    tensors.append(("lanes.slow", Tensor(shape: shape + [architecture.dH], values: network.slowStates)))
    tensors.append(("lanes.fast", Tensor(shape: shape + [architecture.dL], values: network.fastStates)))
    for (index, lane) in lanes.enumerated() where !lane.finalActions.isEmpty {
      let actions = lane.finalActions.map(Float.init)
      tensors.append(("lanes.final_actions.\(index)", Tensor(shape: [actions.count], values: actions)))
    }
    return tensors
  }

  /// Takes up where a trainer of the same task and settings left off. Throws a `TrainingError` or a `ModelError` for what
  /// does not fit.
  func restore(_ state: State, tensors: [String: Tensor], file: String) throws {
    guard state.lanes.count == lanes.count else {
      throw TrainingError("\(file): \(state.lanes.count) lanes, this run has \(lanes.count)")
    }
    for (prefix, kind) in Self.kinds {
      try network.parameters.fill(kind, from: Self.part(prefix, of: tensors), file: file)
    }
    try average.fill(.weights, from: Self.part("average.", of: tensors), file: file)
    network.weightsChanged()
    var lanes = state.lanes
    for index in lanes.indices {
      let inputs = task.inputs(of: lanes[index].sample)
      for row in 0..<task.rowsPerLane {
        network.take(inputs, sequence: row, lane: index * task.rowsPerLane + row)
      }
      lanes[index].finalActions = tensors["lanes.final_actions.\(index)"]?.values.map { Int8($0) } ?? []
    }
    let architecture = task.architecture
    let rows = lanes.count * task.rowsPerLane * architecture.positions
    guard let slow = tensors["lanes.slow"], slow.values.count == rows * architecture.dH,
      let fast = tensors["lanes.fast"], fast.values.count == rows * architecture.dL
    else { throw TrainingError("\(file): the states of the lanes are missing or of another size") }
    network.slowStates = slow.values
    network.fastStates = fast.values
    self.lanes = lanes
    (step, updates) = (state.step, state.updates)
    (skipped, skippedInARow) = (state.skipped, state.skippedInARow)
  }

  private static func part(_ prefix: String, of tensors: [String: Tensor]) -> [String: Tensor] {
    var part: [String: Tensor] = [:]
    for (name, tensor) in tensors where name.hasPrefix(prefix) {
      part[String(name.dropFirst(prefix.count))] = tensor
    }
    return part
  }
}
