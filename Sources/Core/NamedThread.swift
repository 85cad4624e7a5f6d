import Foundation

extension Thread {
  /// Starts a thread that the kernel knows by name, so that `top -H` and tracers show it: Linux takes 15 bytes, and a name
  /// given before a thread runs would stay within Foundation. `stackBytes`: nil: the system's size.
  public static func start(named name: String, stackBytes: Int? = nil, _ body: @escaping @Sendable () -> Void) {
    let thread = Thread {
      Thread.current.name = name
      body()
    }
    if let stackBytes { thread.stackSize = stackBytes }
    thread.start()
  }
}
