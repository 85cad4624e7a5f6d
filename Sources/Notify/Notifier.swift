import Core
import Synchronization

/// Takes news from anybody without waiting, and sees to it that they are told: the thin shell of `NotificationPolicy`, with
/// a thread for each channel.
package final class Notifier: Sendable {
  /// News that may wait to be looked at; then what is not critical is dropped, and counted.
  package static let waitingNews = 512
  /// Pause between two looks, in milliseconds.
  private static let pauseMillis: Int64 = 200
  /// Time between two looks at the disk, in milliseconds.
  private static let diskMillis: Int64 = 30_000

  private struct State {
    var policy: NotificationPolicy
    var watch: StatusWatch
    var diskFreeMegabytes: Int?
    var diskMeasured: Timestamp?
  }

  private let state: Mutex<State>
  private let news = Mailbox<Notice>(capacity: Notifier.waitingNews) {
    $0.importance == .critical ? .keep : .dropNewest
  }
  private let channels: [NoticeChannel]
  private let time: any TimeSource
  private let diskFreeMegabytes: @Sendable () -> Int?
  private let sleep: @Sendable (Int64) async -> Void

  /// A notifier over `senders`. `diskFreeMegabytes`: nil: not known. `sleep` waits for so many milliseconds, or less when
  /// cancelled. `log` gets failures.
  package init(
    senders: [any NoticeSender], origin: NoticeOrigin, rules: NotificationPolicy.Rules, limits: StatusWatch.Limits,
    time: any TimeSource, diskFreeMegabytes: @escaping @Sendable () -> Int?,
    sleep: @escaping @Sendable (Int64) async -> Void, log: @escaping @Sendable (String) -> Void
  ) {
    self.diskFreeMegabytes = diskFreeMegabytes
    state = Mutex(State(policy: NotificationPolicy(rules: rules), watch: StatusWatch(limits: limits)))
    channels = senders.map { NoticeChannel($0, origin: origin, time: time, sleep: sleep, log: log) }
    self.time = time
    self.sleep = sleep
  }

  /// Takes one piece of news. Never waits. Can be called from any thread.
  package func post(_ notice: Notice) { news.send(notice) }

  /// Looks at what the bot says of itself. Waits for nothing.
  package func observe(_ status: StatusSnapshot) {
    let now = time.now
    for notice in state.withLock({ $0.watch.observe(status, diskFreeMegabytes: $0.diskFreeMegabytes, at: now) }) {
      post(notice)
    }
  }

  /// Tells until its task is cancelled; then what is owed, for at most `patienceMillis`.
  package func run(patienceMillis: Int64 = 5_000) async {
    let work = channels.map { channel in Task { await channel.run() } }
    while !Task.isCancelled {
      turn()
      await sleep(Self.pauseMillis)
    }
    while news.count > 0 { turn() }
    let now = time.now
    hand(state.withLock { $0.policy.last(at: now) })
    // Not a child of the cancelled task: it must still be able to sleep.
    await Task { [self] in
      let end = time.monotonicNanoseconds &+ UInt64(patienceMillis) * 1_000_000
      while time.monotonicNanoseconds < end, channels.contains(where: { !$0.isIdle }) { await sleep(20) }
    }.value
    for task in work { task.cancel() }
    for channel in channels { channel.stop() }
  }

  private func turn() {
    let now = time.now
    let measured = state.withLock { $0.diskMeasured }
    if measured.map({ abs(now.millisecondsSince($0)) >= Self.diskMillis }) ?? true {
      let free = diskFreeMegabytes()
      state.withLock { ($0.diskFreeMegabytes, $0.diskMeasured) = (free, now) }
    }
    var messages: [NoticeMessage] = []
    for notice in state.withLock({ $0.watch.tick(at: now) }) { post(notice) }
    while let notice = news.poll() { messages += state.withLock { $0.policy.take(notice, at: now) } }
    messages += state.withLock { $0.policy.due(at: now) }
    hand(messages)
  }

  private func hand(_ messages: [NoticeMessage]) {
    for message in messages { for channel in channels { channel.add(message) } }
  }

  /// What became of the messages, by channel.
  package var counts: [DeliveryCounts] { channels.map(\.counts) }

  /// News that were counted instead of told, that an hour had no room for, and that found the mailbox full.
  package var held: (coalesced: UInt64, limited: UInt64, dropped: UInt64) {
    let counters = news.counters
    return state.withLock { ($0.policy.coalesced, $0.policy.limited, counters.dropped + counters.refused) }
  }
}
