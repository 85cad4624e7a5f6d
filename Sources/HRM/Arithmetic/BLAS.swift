import COpenBLAS
import Glibc

/// OpenBLAS, set up once per process: one thread per call (`WorkerTeam` splits the work) and kernels that fit the CPU.
enum BLAS {
  /// Name of the kernels in use, for example `SkylakeX`.
  static let kernelName: String = {
    chooseKernels()
    openblas_set_num_threads(1)
    return String(cString: openblas_get_corename())
  }()

  /// OpenBLAS knows CPUs by model number and gives an unknown, newer one kernels of 2004 (three times slower). Where
  /// that happened, and the user did not choose by `OPENBLAS_CORETYPE`, chooses again by what the CPU can do. Must come
  /// before the first product; since it sets the environment for a moment, load the first model before other threads
  /// read theirs.
  private static func chooseKernels() {
    let modern = ["Haswell", "Zen", "Excavator", "SkylakeX", "Cooperlake", "SapphireRapids"]
    guard getenv("OPENBLAS_CORETYPE") == nil, !modern.contains(String(cString: openblas_get_corename())),
      let kernels = suitableKernels()
    else { return }
    typealias Function = @convention(c) () -> Void
    // Handle nil is RTLD_DEFAULT: the library this program is linked to.
    guard let quit = dlsym(nil, "gotoblas_dynamic_quit"), let start = dlsym(nil, "gotoblas_dynamic_init") else {
      return
    }
    setenv("OPENBLAS_CORETYPE", kernels, 1)
    unsafeBitCast(quit, to: Function.self)()
    unsafeBitCast(start, to: Function.self)()
    unsetenv("OPENBLAS_CORETYPE")
  }

  private static func suitableKernels() -> String? {
    let support = hrmbot_vector_support()
    return support & 2 != 0 ? "SkylakeX" : support & 1 != 0 ? "Haswell" : nil
  }

  /// C = alpha · A · op(B) + beta · C, row-major: A is `rows` x `inner`, C is `rows` x `columns`.
  static func multiply(
    _ a: UnsafePointer<Float>, stride strideA: Int, _ b: UnsafePointer<Float>, stride strideB: Int,
    transposed: Bool = false, into c: UnsafeMutablePointer<Float>, stride strideC: Int, rows: Int, columns: Int,
    inner: Int, alpha: Float = 1, beta: Float = 0
  ) {
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, transposed ? CblasTrans : CblasNoTrans, blasint(rows), blasint(columns),
      blasint(inner), alpha, a, blasint(strideA), b, blasint(strideB), beta, c, blasint(strideC))
  }
}
