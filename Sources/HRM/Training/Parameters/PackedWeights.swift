import Kernels

/// A matrix W [outputs, inputs] in panels of 16 columns for one kind of product.
struct Panels {
  /// Terms of a sum, and rows of a panel.
  let terms: Int
  let panels: Int
  let base: UnsafeMutablePointer<Float>
  var stride: Int { terms * Panels.width }
  static let width = KERNELS_LANES
  /// Numbers rounded up to whole panels.
  static func padded(_ count: Int) -> Int { (count + width - 1) / width * width }
  static func count(_ columns: Int) -> Int { padded(columns) / width }
}

/// Panels for the forward pass of every matrix, packed anew when weights have changed.
final class PackedWeights {
  struct Block {
    let qkv, output, gateUp, down: Panels
  }
  /// Which rows of a matrix one panel holds.
  private struct Job {
    let source: UnsafePointer<Float>
    let rows: Int
    let inputs: Int
    let target: UnsafeMutablePointer<Float>
  }
  let slow, fast: [Block]
  let bridgeHL, bridgeLH, patch, context, language: Panels?
  private let storage: AlignedBlock
  private var jobs: [Job] = []

  init(_ parameters: HRMParameters) {
    let architecture = parameters.architecture
    let matrices = parameters.layout.entries.filter { Self.isPacked($0.spec.name) }
    let size = matrices.reduce(0) { sum, entry in
      // Gate and up rows fill panels of their own.
      let rows = entry.spec.shape[0]
      let padded = entry.spec.name.hasSuffix("w_gu") ? 2 * Panels.padded(rows / 2) : Panels.padded(rows)
      return sum + padded * entry.spec.shape[1]
    }
    storage = AlignedBlock(count: size)
    var next = storage.floats
    var jobs: [Job] = []
    func pack(_ name: String) -> Panels {
      let shape = parameters.layout.entry(name).spec.shape
      let (rows, inputs) = (shape[0], shape[1])
      let result = Panels(terms: inputs, panels: Panels.count(rows), base: next)
      for first in stride(from: 0, to: rows, by: Panels.width) {
        jobs.append(
          Job(
            source: parameters.weight(name) + first * inputs, rows: min(Panels.width, rows - first), inputs: inputs,
            target: next))
        next += Panels.width * inputs
      }
      return result
    }
    func packGate(_ name: String) -> Panels {
      let shape = parameters.layout.entry(name).spec.shape
      let (inner, inputs) = (shape[0] / 2, shape[1])
      let result = Panels(terms: inputs, panels: 2 * Panels.count(inner), base: next)
      for first in stride(from: 0, to: inner, by: Panels.width) {
        for half in 0..<2 {
          jobs.append(
            Job(
              source: parameters.weight(name) + (half * inner + first) * inputs,
              rows: min(Panels.width, inner - first), inputs: inputs, target: next))
          next += Panels.width * inputs
        }
      }
      return result
    }
    func blocks(_ module: String, _ layers: Int) -> [Block] {
      (0..<layers).map { layer in
        let prefix = "\(module).blocks.\(layer)."
        return Block(
          qkv: pack(prefix + "w_qkv"), output: pack(prefix + "w_o"), gateUp: packGate(prefix + "w_gu"),
          down: pack(prefix + "w_down"))
      }
    }
    let own = architecture.sharing == nil ? blocks("H", architecture.layersH) : []
    fast = blocks("L", architecture.layersL)
    slow = architecture.sharing == nil ? own : fast
    bridgeHL = architecture.hasBridges ? pack("bridge_hl") : nil
    bridgeLH = architecture.hasBridges ? pack("bridge_lh") : nil
    patch = architecture.front == .bars ? pack("w_patch") : nil
    context = architecture.front == .bars ? pack("w_ctx") : nil
    language = architecture.head == .lm ? pack("lm_head") : nil
    self.jobs = jobs
  }

  private static func isPacked(_ name: String) -> Bool {
    name.contains(".blocks.") || ["bridge_hl", "bridge_lh", "w_patch", "w_ctx", "lm_head"].contains(name)
  }

  /// Packs a thread's share of all panels.
  func refresh(team: WorkerTeam, thread: Int) {
    for index in team.share(of: jobs.count, thread: thread) {
      let job = jobs[index]
      kernels_train_pack_rows(job.source, job.inputs, Int32(job.rows), Int32(job.inputs), job.target)
    }
  }
}
