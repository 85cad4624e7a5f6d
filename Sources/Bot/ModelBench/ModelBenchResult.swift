/// What `hrmbot model bench` measured. Its JSON has these names in snake case.
package struct ModelBenchResult: Sendable, Encodable {
  /// Decisions of one combination.
  package struct Decision: Sendable, Encodable {
    var positions: Int
    var cycles: Int
    var timesteps: Int
    var batch: Int
    var threads: Int
    var precision: String
    var samples: Int
    var p50Milliseconds: Double
    var p99Milliseconds: Double
    /// Median depth of a decision that only the deadline ends.
    var segmentsInDeadline: Int
    /// Of the products, at the median.
    var operationsPerSecond: Double
    /// Weights read, at the median.
    var bytesPerSecond: Double
    var samplesMilliseconds: [Double]?

    enum CodingKeys: String, CodingKey {
      case positions, cycles, timesteps, batch, threads, precision, samples
      case p50Milliseconds = "p50_ms"
      case p99Milliseconds = "p99_ms"
      case segmentsInDeadline = "segments_in_deadline"
      case operationsPerSecond = "operations_per_second"
      case bytesPerSecond = "weight_bytes_per_second"
      case samplesMilliseconds = "samples_ms"
    }
  }

  /// What the machine can do with a number of threads.
  package struct Machine: Sendable, Encodable {
    var threads: Int
    /// By precision: operations a second in registers, with the instructions of its products.
    var operationsPerSecond: [String: Double]
    var blasOperationsPerSecond: Double
    var bytesReadPerSecond: Double

    /// The larger of each rate.
    func best(with other: Machine) -> Machine {
      Machine(
        threads: threads,
        operationsPerSecond: operationsPerSecond.merging(other.operationsPerSecond, uniquingKeysWith: max),
        blasOperationsPerSecond: max(blasOperationsPerSecond, other.blasOperationsPerSecond),
        bytesReadPerSecond: max(bytesReadPerSecond, other.bytesReadPerSecond))
    }

    enum CodingKeys: String, CodingKey {
      case threads
      case operationsPerSecond = "operations_per_second"
      case blasOperationsPerSecond = "sgemm_operations_per_second"
      case bytesReadPerSecond = "bytes_read_per_second"
    }
  }

  /// Growth of the resident memory when a network was made, its tables included.
  package struct Memory: Sendable, Encodable {
    var precision: String
    var networkMiB: Double

    enum CodingKeys: String, CodingKey {
      case precision
      case networkMiB = "network_mib"
    }
  }

  /// Training steps: segment, target segment, backward, optimiser.
  package struct Training: Sendable, Encodable {
    var precision = "fp32"
    var cycles: Int
    var timesteps: Int
    var positions: Int
    var batch: Int
    var threads: Int
    var samples: Int
    var p50Milliseconds: Double
    var p99Milliseconds: Double
    var sequencesPerSecond: Double
    /// The most that this process ever had resident up to the end of training.
    var peakResidentMiB: Double
    var samplesMilliseconds: [Double]?

    enum CodingKeys: String, CodingKey {
      case precision, cycles, timesteps, positions, batch, threads, samples
      case p50Milliseconds = "p50_ms"
      case p99Milliseconds = "p99_ms"
      case sequencesPerSecond = "sequences_per_second"
      case peakResidentMiB = "peak_rss_mib"
      case samplesMilliseconds = "samples_ms"
    }
  }

  package var model: String
  package var version: String
  package var parameters: Int
  /// What the network's products use.
  package var instructionSet: String
  /// What OpenBLAS uses on this machine.
  package var blasKernels: String
  package var deadlineMillis: Int
  package var training: [Training] = []
  package var machine: [Machine] = []
  package var memory: [Memory] = []
  package var decisions: [Decision] = []
  package var peakResidentMiB = 0.0

  enum CodingKeys: String, CodingKey {
    case model, version, parameters, training, machine, memory, decisions
    case instructionSet = "instruction_set"
    case blasKernels = "blas_kernels"
    case deadlineMillis = "deadline_ms"
    case peakResidentMiB = "peak_rss_mib"
  }

  /// Without the samples.
  package func summarised() -> ModelBenchResult {
    var result = self
    for index in result.decisions.indices { result.decisions[index].samplesMilliseconds = nil }
    for index in result.training.indices { result.training[index].samplesMilliseconds = nil }
    return result
  }
}
