import Foundation
import Training

/// The processes that one run was started as, by `mpirun`.
enum Processes {
  /// What Open MPI's launcher tells each process about their number.
  private static let variable = "OMPI_COMM_WORLD_SIZE"

  /// Joins the other processes, if there are any. Throws a `TrainingError` where they cannot be joined: each would train
  /// by itself, all into one directory.
  static func join() throws -> any GradientExchange {
    guard let text = ProcessInfo.processInfo.environment[variable], let count = Int(text), count > 1 else {
      return SingleProcess()
    }
    #if MPI
      return try MPIExchange()
    #else
      throw TrainingError("started as one of \(count) processes, but built without MPI: swift build --traits MPI")
    #endif
  }

  /// Says something once, whatever the number of processes.
  static func note(_ exchange: any GradientExchange, _ text: String) {
    if exchange.rank == 0 { Console.note(text) }
  }
}
