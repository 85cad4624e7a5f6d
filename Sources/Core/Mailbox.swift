import DequeModule
import Synchronization

/// What a full mailbox does with one more element.
public enum OverflowRule: Hashable, Sendable {
  /// Take it all the same, up to the hard limit: for what must never be lost.
  case keep
  /// Drop it and count.
  case dropNewest
  /// Replace the waiting element with the same key, full or not; drop the oldest such if none has it. For values of
  /// which only the latest matters.
  case conflate(key: Int)
}

/// A bounded queue into an actor: many senders, one receiver.
public final class Mailbox<Element: Sendable>: Sendable {
  /// What happened so far.
  public struct Counters: Hashable, Sendable {
    /// Elements taken.
    public var received: UInt64 = 0
    /// Elements lost to a full mailbox.
    public var dropped: UInt64 = 0
    /// Elements replaced by a later one of the same key.
    public var conflated: UInt64 = 0
    /// Elements turned away at the hard limit.
    public var refused: UInt64 = 0
    /// Most elements that ever waited.
    public var highWater = 0
  }

  // Open to the inliner: as unspecialised generic code it looked its types up at every call.
  @usableFromInline struct State {
    @usableFromInline var waiting = Deque<(element: Element, key: Int?)>()
    @usableFromInline var receiver: CheckedContinuation<Element?, Never>?
    @usableFromInline var counters = Counters()
    @usableFromInline var isClosed = false
    @usableFromInline init() {}
  }

  /// Elements at which the overflow rule takes effect.
  public let capacity: Int
  /// Elements that even `keep` cannot exceed.
  public let hardLimit: Int
  @usableFromInline let rule: @Sendable (Element) -> OverflowRule
  @usableFromInline let state = Mutex(State())
  /// Elements waiting, as of some moment: a look into an empty mailbox, which is the rule, must cost next to nothing.
  @usableFromInline let waitingCount = Atomic(0)

  /// A mailbox. `hardLimit` defaults to four times the capacity.
  public init(capacity: Int, hardLimit: Int? = nil, rule: @escaping @Sendable (Element) -> OverflowRule) {
    precondition(capacity > 0)
    self.capacity = capacity
    self.hardLimit = hardLimit ?? capacity * 4
    self.rule = rule
  }

  /// Puts an element in. False: it was not taken (dropped, refused at the hard limit, or the mailbox is closed).
  @discardableResult
  @inlinable public func send(_ element: Element) -> Bool {
    let rule = rule(element)
    let (taken, receiver) = state.withLock { state -> (Bool, CheckedContinuation<Element?, Never>?) in
      guard !state.isClosed else { return (false, nil) }
      if let receiver = state.receiver {
        state.receiver = nil
        state.counters.received += 1
        return (true, receiver)
      }
      defer { waitingCount.store(state.waiting.count, ordering: .releasing) }
      return (enqueue(element, rule, in: &state), nil)
    }
    receiver?.resume(returning: element)
    return taken
  }

  @inlinable func enqueue(_ element: Element, _ rule: OverflowRule, in state: inout State) -> Bool {
    var key: Int?
    if case .conflate(let given) = rule {
      key = given
      if let index = state.waiting.firstIndex(where: { $0.key == given }) {
        state.waiting.remove(at: index)
        state.counters.conflated += 1
      }
    }
    if state.waiting.count >= capacity {
      switch rule {
      case .dropNewest:
        state.counters.dropped += 1
        return false
      case .conflate:
        guard let oldest = state.waiting.firstIndex(where: { $0.key != nil }) else {
          state.counters.dropped += 1
          return false
        }
        state.waiting.remove(at: oldest)
        state.counters.dropped += 1
      case .keep where state.waiting.count >= hardLimit:
        state.counters.refused += 1
        return false
      case .keep: break
      }
    }
    state.waiting.append((element, key))
    state.counters.received += 1
    state.counters.highWater = max(state.counters.highWater, state.waiting.count)
    return true
  }

  /// The next element if one waits.
  @inlinable public func poll() -> Element? {
    guard waitingCount.load(ordering: .acquiring) > 0 else { return nil }
    return state.withLock { state in
      defer { waitingCount.store(state.waiting.count, ordering: .releasing) }
      return state.waiting.popFirst()?.element
    }
  }

  /// The next element, waiting for it; nil when the mailbox is closed and empty. One receiver at a time.
  @inlinable public nonisolated(nonsending) func next() async -> Element? {
    await withCheckedContinuation { continuation in
      let ready: Element?? = state.withLock { state in
        if let first = state.waiting.popFirst() {
          waitingCount.store(state.waiting.count, ordering: .releasing)
          return .some(first.element)
        }
        if state.isClosed { return .some(nil) }
        precondition(state.receiver == nil, "a mailbox has one receiver")
        state.receiver = continuation
        return nil
      }
      if let ready { continuation.resume(returning: ready) }
    }
  }

  /// Takes nothing more; what waits can still be had.
  public func close() {
    let receiver = state.withLock { state in
      state.isClosed = true
      let receiver = state.receiver
      state.receiver = nil
      return receiver
    }
    receiver?.resume(returning: nil)
  }

  /// What happened so far.
  public var counters: Counters { state.withLock { $0.counters } }
  /// Elements waiting.
  public var count: Int { state.withLock { $0.waiting.count } }
}
