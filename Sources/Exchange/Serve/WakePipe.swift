import Glibc

/// Wakes a thread that polls: a pipe into itself.
package final class WakePipe: Sendable {
  /// The end to poll.
  package let file: Int32
  private let writing: Int32

  /// A pipe. Traps when the process may open no more files.
  package init() {
    var ends: [Int32] = [-1, -1]
    precondition(pipe(&ends) == 0, "no pipe: \(String(cString: strerror(errno)))")
    for end in ends { StreamSocket.makeNonBlocking(end) }
    file = ends[0]
    writing = ends[1]
  }

  deinit {
    close(file)
    close(writing)
  }

  /// Wakes the thread. A full pipe will wake it too.
  package func wake() {
    var byte: UInt8 = 1
    _ = write(writing, &byte, 1)
  }

  /// Takes out what woke it.
  package func drain() {
    var bytes = [UInt8](repeating: 0, count: 256)
    while read(file, &bytes, bytes.count) == bytes.count {}
  }
}
