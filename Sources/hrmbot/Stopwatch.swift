import Dispatch
import Glibc

/// Time and processor time of this process.
enum Stopwatch {
  static func seconds() -> Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }
  static func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
