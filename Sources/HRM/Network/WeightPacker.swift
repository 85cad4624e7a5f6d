import Kernels

/// Packs the matrices of a network into one block of memory, panel by panel, on a few threads.
struct WeightPacker {
  private struct Job {
    let name: String
    let layout: MatrixLayout
    let format: KernelsFormat
  }
  private let architecture: HRMArchitecture
  private var jobs: [Job] = []

  /// A packer of the matrices that `architecture` has, the large ones in the format of `precision`.
  init(_ architecture: HRMArchitecture, precision: HRMPrecision) {
    self.architecture = architecture
    for spec in architecture.tensorSpecs {
      guard let layout = Self.layout(of: spec, architecture) else { continue }
      jobs.append(Job(name: spec.name, layout: layout, format: spec.isNarrowed ? precision.format : KERNELS_FLOAT32))
    }
  }

  /// Nil for a tensor that is used as it is.
  private static func layout(of spec: TensorSpec, _ architecture: HRMArchitecture) -> MatrixLayout? {
    let isSlow = spec.name.hasPrefix("H.")
    let width = isSlow ? architecture.dH : architecture.dL
    return switch spec.name.split(separator: ".").last {
    case "w_qkv": .heads(isSlow ? architecture.headsH : architecture.headsL, width: width)
    case "w_gu": .gated(inner: isSlow ? architecture.innerH : architecture.innerL, width: width)
    case "w_o", "w_down", "bridge_hl", "bridge_lh", "w_patch", "w_ctx", "lm_head": .plain(spec.shape)
    default: nil
    }
  }

  /// Bytes that the packed matrices take.
  var bytes: Int {
    jobs.reduce(0) { sum, job in
      let size = kernels_packed_bytes(job.format, Int32(job.layout.outputs), Int32(job.layout.inputs))
      return sum + AlignedMemory.padded(size)
    }
  }

  /// Packs all of them into `memory`; `stored` has them in their format.
  func pack(_ stored: [String: StoredTensor], into memory: AlignedMemory) -> [String: PackedMatrix] {
    let isLarge = bytes > 1 << 20
    let team = WorkerTeam(count: isLarge ? 2 : 1)
    var packed: [String: PackedMatrix] = [:]
    for job in jobs { packed[job.name] = Self.pack(job, stored[job.name]!, into: memory, team) }
    return packed
  }

  private static func pack(
    _ job: Job, _ tensor: StoredTensor, into memory: AlignedMemory, _ team: WorkerTeam
  ) -> PackedMatrix {
    let outputs = Int32(job.layout.outputs)
    let inputs = Int32(job.layout.inputs)
    nonisolated(unsafe) let target = memory.take(bytes: kernels_packed_bytes(job.format, outputs, inputs))
    func panels(_ bytes: UnsafeRawPointer, _ range: Range<Int>) -> KernelsMatrix {
      kernels_pack_panels(
        job.format, bytes, tensor.scales, job.layout.rows, outputs, inputs, target, Int32(range.lowerBound),
        Int32(range.upperBound))
    }
    return tensor.withAlignedBytes { bytes in
      team.run { thread in
        _ = panels(bytes, team.share(of: job.layout.outputs.padded / 16, thread: thread))
      }
      return PackedMatrix(matrix: panels(bytes, 0..<0))
    }
  }
}

extension HRMPrecision {
  /// The kernels' format of the large matrices.
  var format: KernelsFormat {
    switch self {
    case .float32: KERNELS_FLOAT32
    case .bfloat16: KERNELS_BFLOAT16
    case .int8(.seven): KERNELS_INT8_ACTIVATION7
    case .int8(.sixteen): KERNELS_INT8_ACTIVATION16
    }
  }
}

extension StoredTensor {
  /// The elements, copied if they do not lie at a multiple of their size.
  fileprivate func withAlignedBytes<R>(_ body: (UnsafeRawPointer) -> R) -> R {
    withBytes { raw in
      let start = raw.baseAddress!
      if Int(bitPattern: start) % element.byteCount == 0 { return body(start) }
      let copy = AlignedMemory(bytes: raw.count, isZeroed: false)
      let target = copy.take(bytes: raw.count)
      target.copyMemory(from: start, byteCount: raw.count)
      return body(target)
    }
  }
}
