import Foundation

extension ModelBenchResult {
  /// Tables for at most 100 columns.
  package var text: String {
    var lines = [
      "\(model): \(parameters) parameters; instruction set \(instructionSet), OpenBLAS for \(blasKernels)"
    ]
    if !machine.isEmpty { lines += [""] + machineLines }
    if !training.isEmpty { lines += [""] + trainingLines }
    if !decisions.isEmpty { lines += [""] + decisionLines }
    if !memory.isEmpty {
      let parts = memory.map { "\($0.precision) \(Int($0.networkMiB.rounded())) MiB" }
      lines += ["", "memory of a network: \(parts.joined(separator: ", "))"]
    }
    lines.append("memory of this process at most: \(Int(peakResidentMiB.rounded())) MiB")
    return lines.joined(separator: "\n")
  }

  private var machineLines: [String] {
    let header = Self.row([
      ("threads", 7), ("fp32 peak", 12), ("int8 peak", 12), ("int8-a16 peak", 15), ("sgemm 2048", 13), ("read", 14),
    ])
    return [header]
      + machine.map { machine in
        func rate(_ precision: String) -> String { Self.giga(machine.operationsPerSecond[precision] ?? 0, "Gop/s") }
        let (products, read) = (machine.blasOperationsPerSecond, machine.bytesReadPerSecond)
        return Self.row([
          ("\(machine.threads)", 7), (rate("fp32"), 12), (rate("int8"), 12), (rate("int8-a16"), 15),
          (Self.giga(products, "Gop/s"), 13), (Self.giga(read, "GB/s"), 14),
        ])
      }
  }

  private var trainingLines: [String] {
    training.map { row in
      "training step, N x T = \(row.cycles)x\(row.timesteps), S = \(row.positions), batch \(row.batch), "
        + "\(row.threads) threads: p50 \(Self.fixed(row.p50Milliseconds / 1000, 2)) s, "
        + "p99 \(Self.fixed(row.p99Milliseconds / 1000, 2)) s of \(row.samples),\n"
        + "  \(Self.fixed(row.sequencesPerSecond, 1)) sequences/s, at most "
        + "\(Int(row.peakResidentMiB.rounded())) MiB resident"
    }
  }

  private var decisionLines: [String] {
    let columns = [5, 7, 7, 9, 11, 9, 9, 9, 10, 8, 7, 8]
    let names = [
      "S", "N x T", "batch", "threads", "precision", "p50 ms", "p99 ms", "samples", "in \(deadlineMillis) ms", "Gop/s",
      "peak", "read",
    ]
    var lines = [
      "decisions of one segment; segments of a decision within \(deadlineMillis) ms; share of the machine's peak for the",
      "precision and of its bandwidth (weights from a cache can exceed it)",
      Self.row(Array(zip(names, columns))),
    ]
    var group = ""
    for row in decisions {
      let mine = "\(row.positions) \(row.cycles)x\(row.timesteps) \(row.batch)"
      if !group.isEmpty && mine != group { lines.append("") }
      group = mine
      let machine = machine.first { $0.threads == row.threads }
      let peak = machine?.operationsPerSecond[row.precision].map { row.operationsPerSecond / $0 }
      let read = machine.map { row.bytesPerSecond / $0.bytesReadPerSecond }
      let values = [
        "\(row.positions)", "\(row.cycles)x\(row.timesteps)", "\(row.batch)", "\(row.threads)", row.precision,
        Self.fixed(row.p50Milliseconds, 2), Self.fixed(row.p99Milliseconds, 2), "\(row.samples)",
        "\(row.segmentsInDeadline)", Self.fixed(row.operationsPerSecond / 1e9, 1), Self.percent(peak),
        Self.percent(read),
      ]
      lines.append(Self.row(Array(zip(values, columns))))
    }
    return lines
  }

  private static func row(_ cells: [(String, Int)]) -> String {
    cells.map { text, width in String(repeating: " ", count: max(1, width - text.count)) + text }.joined()
  }

  private static func percent(_ share: Double?) -> String { share.map { "\(Int(($0 * 100).rounded())) %" } ?? "-" }
  private static func giga(_ rate: Double, _ unit: String) -> String { "\(fixed(rate / 1e9, 1)) \(unit)" }
  private static func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
