import Foundation
import Glibc

/// Memory of this process.
enum ProcessMemory {
  /// Resident now, without what was freed.
  static var residentMiB: Double {
    returnFreed()
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
    return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1_048_576
  }

  /// Gives what was freed back to the system. The function is missing from the module of the C library.
  private static func returnFreed() {
    typealias Function = @convention(c) (Int) -> Int32
    guard let function = dlsym(nil, "malloc_trim") else { return }
    _ = unsafeBitCast(function, to: Function.self)(0)
  }

  /// The most that was ever resident.
  static var peakMiB: Double {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return Double(usage.ru_maxrss) / 1024
  }
}
