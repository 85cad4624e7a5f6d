/// Dense gradients of tables whose rows were looked up.
struct TableGradients {
  private struct Table {
    let sums: RowSums
    let scale: Float
    let gradient: UnsafeMutablePointer<Float>
    let count: Int
  }
  private let tables: [Table]

  init(_ network: TrainingNetwork) {
    let a = network.architecture
    let memory = network.backwardMemory
    func table(_ name: String, width: Int, scale: Float = 1, _ uses: [RowSums.Use]) -> Table {
      Table(
        sums: RowSums(width: width, uses), scale: scale, gradient: network.parameters.gradient(name),
        count: network.parameters.layout.entry(name).spec.count)
    }
    if a.front == .tokens {
      let stride = network.fast.shape.stride
      let uses = network.lanesMemory.tokens.enumerated().map { index, token in
        let lane = index / a.seqLen
        let row = lane * a.positions + a.prefix + index % a.seqLen
        return RowSums.Use(row: token, lane: lane, source: memory.fastGradient.floats + row * stride)
      }
      let scale = network.tokenScale * (a.pos == .learned ? TrainingNetwork.half : 1)
      tables = [table("tok_emb", width: a.dL, scale: scale, uses)]
      return
    }
    func uses(_ rows: [Int], offset: Int) -> [RowSums.Use] {
      rows.enumerated().map { lane, row in
        RowSums.Use(
          row: row, lane: lane,
          source: memory.contextInputs.floats + lane * network.lanesMemory.contextStride + offset)
      }
    }
    tables = [
      table("instr_emb", width: a.dInstrument, uses(network.lanesMemory.instruments, offset: 0)),
      table("tf_emb", width: a.dTimeframe, uses(network.lanesMemory.timeframes, offset: a.dInstrument)),
    ]
  }

  /// Computes tables, without their factors, as long as `work` hands out numbers.
  func run(_ work: SharedCounter) {
    while let index = work.next(below: tables.count) {
      let table = tables[index]
      table.gradient.update(repeating: 0, count: table.count)
      table.sums.forEach { row, sum in
        let target = table.gradient + row * sum.count
        for component in sum.indices { target[component] = sum[component] }
      }
    }
  }

  /// Multiplies the tables by their factors.
  func scale() {
    for table in tables where table.scale != 1 {
      for index in 0..<table.count { table.gradient[index] *= table.scale }
    }
  }
}
