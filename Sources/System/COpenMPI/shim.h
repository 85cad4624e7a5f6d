// Names such as MPI_COMM_WORLD are casts of addresses, which Swift does not import. Every failure of MPI ends all
// processes: that is what its communicators do unless told otherwise.
#include <mpi.h>
#include <stddef.h>

static inline int hrm_mpi_join(int *rank, int *count) {
  int provided = 0;
  int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
  if (code == MPI_SUCCESS) code = MPI_Comm_rank(MPI_COMM_WORLD, rank);
  if (code == MPI_SUCCESS) code = MPI_Comm_size(MPI_COMM_WORLD, count);
  return code == MPI_SUCCESS && provided < MPI_THREAD_FUNNELED ? MPI_ERR_OTHER : code;
}

static inline int hrm_mpi_swap(const float *own, float *other, int count, int partner) {
  return MPI_Sendrecv(
      own, count, MPI_FLOAT, partner, 0, other, count, MPI_FLOAT, partner, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

static inline int hrm_mpi_gather(const double *own, double *all, int count) {
  return MPI_Allgather(own, count, MPI_DOUBLE, all, count, MPI_DOUBLE, MPI_COMM_WORLD);
}

static inline int hrm_mpi_leave(void) { return MPI_Finalize(); }
