import Bot
import Core
import Execution
import Journal

/// Looks at world and bot after every event and at everything that passes the wire; the first thing wrong is kept.
final class Checks: @unchecked Sendable {
  private unowned let world: World
  private(set) var violation: Violation?
  /// Looks taken, by invariant.
  var looks: [Invariant: Int] {
    let counted = Invariant.allCases.map { ($0, looksTaken[$0.place]) }
    return Dictionary(uniqueKeysWithValues: counted.filter { $0.1 > 0 })
  }
  private var looksTaken = [Int](repeating: 0, count: Invariant.allCases.count)
  private var books: ShadowBooks
  private var ends: [ClientOrderID: (state: OrderState, record: UInt64)] = [:]
  /// What the position of a protective stop had cost when the stop was made.
  private(set) var costAtStop: [ClientOrderID: Money] = [:]
  /// The last prices when an opening order was decided on, by instrument index.
  private(set) var closesAtEntry: [ClientOrderID: [Price]] = [:]
  private var handedOver: Set<ClientOrderID> = []
  private var durableIntents: Set<ClientOrderID> = []
  private var lastRecord: UInt64 = 0
  /// Trading day of the newest bar that this process has seen, and of any bar that any has.
  private var tradingDay: CalendarDay?
  private var latestDay: CalendarDay?
  /// Beginning of the newest bar that this process has seen, by symbol.
  private var newestOpen: [String: Int64] = [:]
  private var story: [(moment: Timestamp, line: Line)] = []
  private static let storyLength = 40

  /// What happened. Words are made of it when somebody wants to read them, which is after a violation.
  private enum Line {
    case said(String)
    case recorded(JournalRecord)

    var text: String {
      switch self {
      case .said(let text): text
      case .recorded(let record) where record.kind == .order:
        "\(record.sequence) order \(RecordText.value(record, "client_id") ?? "?") \(RecordText.value(record, "state") ?? "?")"
      case .recorded(let record):
        "\(record.sequence) \(record.kind.rawValue) \(String(decoding: record.payload.prefix(240), as: UTF8.self))"
      }
    }
  }

  init(world: World) {
    self.world = world
    books = ShadowBooks(instruments: world.instruments.count, cashQuote: world.startCashQuote)
  }

  /// Keeps the first thing that is wrong.
  func fail(_ invariant: Invariant, _ detail: String) {
    guard violation == nil else { return }
    violation = Violation(
      invariant: invariant, detail: detail, event: world.events, nanoseconds: world.scheduler.now,
      story: story.map { "\($0.moment) \($0.line.text)" })
  }

  func look(_ invariant: Invariant, _ holds: Bool, _ detail: @autoclosure () -> String) {
    looksTaken[invariant.place] += 1
    if !holds { fail(invariant, detail()) }
  }

  /// Notes what happens, for the story of a violation.
  func note(_ text: String) { note(.said(text)) }

  private func note(_ line: Line) {
    if story.count >= 2 * Self.storyLength { story.removeFirst(Self.storyLength) }
    story.append((world.time.trueNow, line))
  }

  func processStarts() {
    note("process \(world.starts) starts")
    books.forget()
    // An end that no disk has is none: the restored state does not know it.
    let durable = UInt64(world.disk.records.count)
    ends = ends.filter { $0.value.record <= durable }
    costAtStop = [:]
    closesAtEntry = [:]
    lastRecord = 0
    tradingDay = nil
    newestOpen = [:]
  }

  // MARK: records

  /// A record that the bot has made.
  func recorded(_ record: JournalRecord) {
    switch record.kind {
    case .order: orderMoved(record)
    case .bar: barSeen(record)
    case .control, .latch, .intent, .fill, .outcome, .report, .venue, .session:
      note(.recorded(record))
    default: break
    }
  }

  private func orderMoved(_ record: JournalRecord) {
    guard let id = RecordText.id(record, "client_id"),
      let state = RecordText.value(record, "state").flatMap(OrderState.init(rawValue:))
    else { return }
    note(.recorded(record))
    let end = ends[id]?.state
    look(
      .oneEnd, end == nil || end == state, "order \(id) is \(state.rawValue) after \(end?.rawValue ?? "")")
    if state.isTerminal { ends[id] = (state, record.sequence) }
  }

  /// The day is that of bars which the account is marked by: neither history, nor what the feed refuses because it has
  /// gone further.
  private func barSeen(_ record: JournalRecord) {
    guard let millis = RecordText.number(record, "at"), let open = RecordText.number(record, "t"),
      let symbol = RecordText.value(record, "i"), newestOpen[symbol].map({ $0 < open }) ?? true
    else { return }
    newestOpen[symbol] = open
    guard !RecordText.has(record, "pre_roll") else { return }
    let day = world.instruments.instruments[0].calendar.tradingDay(of: Timestamp(milliseconds: millis))
    tradingDay = max(tradingDay ?? day, day)
    latestDay = max(latestDay ?? day, day)
  }

  /// Records that have reached the disk.
  func committed(_ batch: ArraySlice<JournalRecord>) {
    for record in batch where record.kind == .intent {
      if let id = RecordText.id(record, "client_id") { durableIntents.insert(id) }
    }
  }

  // MARK: the wire

  /// An order is handed to the connection, or the two of a pair, the stop first.
  func handedOver(_ requests: [OrderRequest]) {
    for request in requests { handedOver(request) }
    if requests.count > 1 { WireChecks.pair(requests, world, self) }
  }

  private func handedOver(_ request: OrderRequest) {
    let id = request.clientID
    note("-> \(id) \(request.side.rawValue) \(request.quantity) \(request.kind)")
    look(.idsAreFresh, handedOver.insert(id).inserted, "order \(id) is sent again")
    look(.intentFirst, durableIntents.contains(id), "order \(id) leaves before its intent is on disk")
    switch world.person.inForce {
    case nil: break
    case .reduce?: look(.nothingAfterStop, request.isReduceOnly, "order \(id) under a stop of level reduce")
    case .stop?: look(.nothingAfterStop, false, "order \(id) under a stop")
    case .flatten?: look(.nothingAfterStop, id.role == .flatten, "order \(id) under a flattening stop")
    }
    checkOne(request)
    WireChecks.grid(request, world, self)
    WireChecks.stop(request, world, self)
    WireChecks.exposure(request, world, self)
  }

  /// No other order of the same intent lives at the venue. A protective stop's intent is its instrument's.
  private func checkOne(_ request: OrderRequest) {
    let id = request.clientID
    let twin = world.exchange.engine.openOrders.first {
      guard $0.request.clientID != id, $0.request.clientID.role == id.role else { return false }
      if id.role == .entry || id.role == .exit { return $0.request.clientID.sequence == id.sequence }
      return $0.request.instrument == request.instrument
    }
    look(.oneOrderPerIntent, twin == nil, "order \(id) while \(twin?.request.clientID.description ?? "") lives")
  }

  // MARK: after every event

  func afterEvent() {
    look(.idsAreFresh, world.exchange.repeated.isEmpty, "\(world.exchange.repeated) arrived twice")
    look(.pairsAreWhole, world.exchange.outlived.isEmpty, "\(world.exchange.outlived) live on without their pairs")
    guard let engine = world.process?.open else { return }
    let next = engine.recorder.nextSequence
    guard next != lastRecord else { return }
    lastRecord = next
    let state = engine.stages.execution.assumeIsolated { $0.state }
    books.follow(state.trades, world.exchange.fills)
    checkBooks(state)
    for order in state.orders {
      switch order.id.role {
      case .entry where closesAtEntry[order.id] == nil:
        closesAtEntry[order.id] = engine.stages.risk.assumeIsolated {
          $0.counters.instruments.map { $0.lastClose ?? .zero }
        }
      case .protectiveStop where costAtStop[order.id] == nil:
        costAtStop[order.id] = state.positions[Int(order.request.instrument.index)].totalCostQuote
      default: break
      }
    }
    StopChecks.fits(state, world, self)
    let (latch, trading) = engine.supervisor.assumeIsolated { ($0.latch, $0.tradingState) }
    if let latch, world.person.inForce.map({ $0 < latch.level }) ?? true, isSettled(latch) {
      world.person.noteLatch(latch.level)
    }
    if let level = world.person.inForce, latch == nil || latch!.level < level {
      // A loop that waits for the disk has not come to the stop yet; the gate before the wire has.
      let isGateClosed = world.process?.gateLevel.map { $0 >= level } ?? false
      look(
        .nothingAfterStop, trading >= level.tradingState || isGateClosed,
        "trading is \(trading.rawValue) under a stop of level \(level.rawValue)")
    }
    if let tradingDay, let latestDay, let day = engine.stages.risk.assumeIsolated({ $0.counters.tradingDay }) {
      look(
        .dayIsLocal, (tradingDay.daysSinceEpoch...latestDay.daysSinceEpoch).contains(day),
        "trading day \(day), the market's is \(tradingDay.daysSinceEpoch)")
    }
    world.mutant.afterEvent(engine)
  }

  /// Whether a latch is the bot's own wish rather than the person's that is just being lifted.
  private func isSettled(_ latch: StopLatch) -> Bool { world.disk.latch?.id == latch.id }

  private func checkBooks(_ state: ExecutionState) {
    for slot in state.positions.indices {
      let (own, sum) = (state.positions[slot], books.positions[slot])
      look(
        .positionIsFills, own.side == sum.side && own.quantity == sum.quantity,
        "\(state.symbols[slot]): \(own.side) \(own.quantity), its fills give \(sum.side) \(sum.quantity)")
    }
    look(.cashIsExact, state.cashQuote == books.cashQuote, "cash \(state.cashQuote), its fills give \(books.cashQuote)")
    look(.cashIsExact, state.feesQuote == books.feesQuote, "fees \(state.feesQuote), its fills give \(books.feesQuote)")
  }

  // MARK: the end

  /// The world has settled: bot and venue must agree on everything.
  func atEnd() {
    guard let engine = world.process?.open else {
      return fail(
        .fillsOnce, "the bot does not run an hour after the last fault: \(world.process?.alerts.suffix(3) ?? [])")
    }
    let state = engine.stages.execution.assumeIsolated { $0.state }
    let account = world.exchange.engine.account
    look(
      .fillsOnce, books.counted == world.exchange.fills.count,
      "\(books.counted) fills counted of \(world.exchange.fills.count)")
    look(
      .cashIsExact, state.cashQuote == account.cashQuote, "cash \(state.cashQuote), the venue's \(account.cashQuote)")
    for slot in state.positions.indices {
      let (own, venue) = (state.positions[slot], account.positions[slot])
      look(
        .positionIsFills,
        own.side == venue.side && own.quantity == venue.quantity && own.totalCostQuote == venue.totalCostQuote,
        "\(state.symbols[slot]): \(own.side) \(own.quantity) at \(own.totalCostQuote), the venue's \(venue.side) "
          + "\(venue.quantity) at \(venue.totalCostQuote)")
    }
    look(.fillsOnce, !state.orders.contains { $0.state == .unknown }, "orders are unknown for ever")
    look(.fillsOnce, !state.isUnreconciled, "unreconciled for ever")
    let open = world.exchange.engine.openOrders.map(\.request.clientID).sorted()
    let known = state.orders.filter { !$0.state.isTerminal }.map(\.id).sorted()
    look(.fillsOnce, open == known, "open at the venue \(open), known \(known)")
  }
}
