import Dispatch
import Glibc

/// Does something when a signal comes, in place of what the signal does by default.
final class SignalListener: Sendable {
  // Made, started and dropped in one place; nothing else is done with it.
  nonisolated(unsafe) private let source: any DispatchSourceSignal

  init(_ number: Int32, _ action: @escaping @Sendable () -> Void) {
    signal(number, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler(handler: action)
    source.resume()
  }

  /// Whether whoever started this process wants the signal to be ignored.
  static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
