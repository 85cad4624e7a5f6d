import Glibc

/// Tells at once when something in a directory changes. Only speed hangs on it, never truth: it can go blind (network
/// file systems, a replaced directory), so whoever uses it looks by itself as well.
package final class DirectoryWatch: @unchecked Sendable {
  private let handle: Int32
  private let path: String
  private var watch: Int32 = -1

  /// A watch of the directory at `path`, which may not exist yet.
  package init(path: String) {
    self.path = path
    handle = inotify_init1(Int32(O_NONBLOCK | O_CLOEXEC))
    rearm()
  }

  deinit { if handle >= 0 { close(handle) } }

  private func rearm() {
    guard handle >= 0 else { return }
    let mask = IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF
    watch = inotify_add_watch(handle, path, UInt32(mask))
  }

  /// Waits until something changes or the time is over.
  package func wait(milliseconds: Int) {
    if watch < 0 { rearm() }
    guard handle >= 0, watch >= 0 else {
      usleep(UInt32(milliseconds) * 1000)
      return
    }
    var descriptor = pollfd(fd: handle, events: Int16(POLLIN), revents: 0)
    guard poll(&descriptor, 1, Int32(milliseconds)) > 0 else { return }
    var buffer = [UInt8](repeating: 0, count: 4096)
    while read(handle, &buffer, buffer.count) > 0 {}
    // The directory itself may have been replaced: watch what stands at the path now. Re-adding is cheap.
    rearm()
  }
}
