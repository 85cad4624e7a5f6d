import Core
import Synchronization

/// One channel with its queue. The network is waited for on a thread of the channel's own.
final class NoticeChannel: Sendable {
  /// Pause between two looks into the queue, in milliseconds.
  private static let pauseMillis: Int64 = 100

  private actor Worker {
    private let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    init(executor: ThreadExecutor) { self.executor = executor }
    func perform(_ body: @Sendable () -> DeliveryResult) -> DeliveryResult { body() }
  }

  private let sender: any NoticeSender
  private let origin: NoticeOrigin
  private let queue = Mutex(DeliveryQueue())
  private let executor: ThreadExecutor
  private let worker: Worker
  private let time: any TimeSource
  private let sleep: @Sendable (Int64) async -> Void
  private let log: @Sendable (String) -> Void

  init(
    _ sender: any NoticeSender, origin: NoticeOrigin, time: any TimeSource,
    sleep: @escaping @Sendable (Int64) async -> Void, log: @escaping @Sendable (String) -> Void
  ) {
    self.sender = sender
    self.origin = origin
    executor = ThreadExecutor(name: "notify")
    worker = Worker(executor: executor)
    self.time = time
    self.sleep = sleep
    self.log = log
  }

  func add(_ message: NoticeMessage) { queue.withLock { $0.add(message) } }

  /// Whether nothing waits that could be tried now.
  var isIdle: Bool {
    let now = time.now
    return queue.withLock { $0.next(at: now) == nil }
  }

  var counts: DeliveryCounts {
    queue.withLock {
      DeliveryCounts(channel: sender.name, sent: $0.sent, failed: $0.failed, dropped: $0.dropped, waiting: $0.count)
    }
  }

  /// Delivers until its task is cancelled.
  func run() async {
    while !Task.isCancelled {
      let now = time.now
      guard let message = queue.withLock({ $0.next(at: now) }) else {
        await sleep(Self.pauseMillis)
        continue
      }
      let (sender, origin) = (sender, origin)
      let result = await worker.perform { sender.send(message, from: origin, at: now) }
      let end = time.now
      let isGivenUp = queue.withLock { queue in
        let before = queue.dropped
        queue.finish(result, at: end)
        return queue.dropped > before
      }
      note(result, isGivenUp: isGivenUp, message)
    }
  }

  private func note(_ result: DeliveryResult, isGivenUp: Bool, _ message: NoticeMessage) {
    guard case .failed(let reason, _, _) = result else { return }
    let shown = NoticeText.line(reason)
    log(
      "notify: \(sender.name): \(shown)\(isGivenUp ? "; message \(message.number) is given up" : "; tried again later")"
    )
  }

  /// Ends the thread once what is under way is done.
  func stop() { executor.stop() }
}
