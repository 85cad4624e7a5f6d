import Glibc
import HRM

/// Memory of this process.
enum ProcessMemory {
  /// Resident now, without what was freed; 0 where the system does not say.
  static var residentMiB: Double {
    returnFreed()
    return mebibytes(TrainingBenchmark.residentBytes()?.now)
  }

  /// The most that was ever resident; 0 where the system does not say.
  static var peakMiB: Double { mebibytes(TrainingBenchmark.residentBytes()?.peak) }

  private static func mebibytes(_ bytes: Int?) -> Double { Double(bytes ?? 0) / 1_048_576 }

  /// Gives what was freed back to the system. The function is missing from the module of the C library.
  private static func returnFreed() {
    typealias Function = @convention(c) (Int) -> Int32
    guard let function = dlsym(nil, "malloc_trim") else { return }
    _ = unsafeBitCast(function, to: Function.self)(0)
  }
}
