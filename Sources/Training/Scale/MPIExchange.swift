#if MPI
  import COpenMPI

  /// The processes that `mpirun` started together. Used by one thread; there is one of it in a process.
  package struct MPIExchange: GradientExchange {
    package let rank: Int
    package let count: Int

    /// Joins the others. Throws a `TrainingError` if the system has no room for them.
    package init() throws {
      var (rank, count): (Int32, Int32) = (0, 1)
      guard hrm_mpi_join(&rank, &count) == MPI_SUCCESS else { throw TrainingError("MPI does not start") }
      (self.rank, self.count) = (Int(rank), Int(count))
    }

    package func sum(_ gradients: UnsafeMutableBufferPointer<Float>) {
      PairwiseSum.add(gradients, rank: rank, count: count) { partner, own, other in
        let code = hrm_mpi_swap(own.baseAddress, other.baseAddress, Int32(own.count), Int32(partner))
        precondition(code == MPI_SUCCESS, "MPI error \(code) between processes \(rank) and \(partner)")
      }
    }

    package func sum(_ numbers: [Double]) -> [Double] {
      var all = [Double](repeating: 0, count: numbers.count * count)
      let code = hrm_mpi_gather(numbers, &all, Int32(numbers.count))
      precondition(code == MPI_SUCCESS, "MPI error \(code) in process \(rank)")
      return PairwiseSum.add(all, count: count)
    }

    package func leave() { _ = hrm_mpi_leave() }
  }
#endif
