import Control
import Core
import Execution
import Synchronization

/// The guard's thin shell: reads files, talks to the venue, never waits for it.
package actor GuardLoop {
  /// Where a loop looks and whom it tells.
  package struct Parts: Sendable {
    package var directory: ControlDirectory
    package var heartbeat: HeartbeatFile
    package var venue: any GuardVenue
    package var time: any TimeSource
    /// Time between looks at the files, in milliseconds.
    package var pollMillis = 25
    /// Says what it would do instead of doing it.
    package var isDryRun = false
    /// Ends when there is nothing left to do.
    package var endsWhenClear = false
    package var log: @Sendable (GuardGrade, String) -> Void = { _, _ in }
    package var notify: @Sendable (_ event: String, _ text: String) -> Void = { _, _ in }
    /// Called at every turn, by the loop itself.
    package var turned: @Sendable (GuardStage) -> Void = { _ in }

    /// Parts with the defaults.
    package init(directory: ControlDirectory, heartbeat: HeartbeatFile, venue: any GuardVenue, time: any TimeSource) {
      self.directory = directory
      self.heartbeat = heartbeat
      self.venue = venue
      self.time = time
    }
  }

  private enum News: Sendable {
    case instruments(InstrumentTable)
    case books(GuardBooks)
    case failed(String)
    case outcome(ClientOrderID, SubmitOutcome)
  }

  private let parts: Parts
  private var stage: GuardStage
  private let news = Mailbox<News>(capacity: 1024) { _ in .keep }
  private let isEnding = Atomic(false)

  /// A loop over `stage`.
  package init(stage: GuardStage, parts: Parts) {
    self.stage = stage
    self.parts = parts
  }

  /// How it stands.
  package var state: GuardStage { stage }

  /// Ends the loop soon. Can be called from any thread.
  package nonisolated func end() { isEnding.store(true, ordering: .relaxed) }

  /// Watches until it is ended, or there is nothing left to do where that is the end.
  package func run() async {
    await withTaskGroup(of: Void.self) { group in
      while !isEnding.load(ordering: .relaxed) {
        turn(&group)
        parts.turned(stage)
        if parts.endsWhenClear && stage.isClear { break }
        // While it acts, an answer must not lie about.
        let pause = stage.aim == .none ? parts.pollMillis : min(parts.pollMillis, 10)
        try? await Task.sleep(for: .milliseconds(pause))
      }
      group.cancelAll()
    }
  }

  private func turn(_ group: inout TaskGroup<Void>) {
    let now = parts.time.monotonicNanoseconds
    var effects: [GuardEffect] = []
    while let item = news.poll() {
      switch item {
      case .instruments(let table): stage.instruments = table
      case .books(let books): effects += stage.receive(books, at: now, wallClock: parts.time.now)
      case .failed(let cause): effects += stage.lookFailed(cause, at: now)
      case .outcome(let id, let outcome): effects += stage.receive(outcome, of: id, at: now)
      }
    }
    effects += stage.see(parts.directory.read(), parts.heartbeat.read(), at: now)
    for effect in effects { perform(effect, &group) }
  }

  private func perform(_ effect: GuardEffect, _ group: inout TaskGroup<Void>) {
    switch effect {
    case .log(let grade, let text): parts.log(grade, text)
    case .notify(let event, let text): parts.notify(event, text)
    case .look:
      let known = stage.instruments
      group.addTask { await self.look(known) }
    case .cancel(let ids):
      if parts.isDryRun { return parts.log(.notice, "would cancel \(ids.map(\.description).joined(separator: ", "))") }
      let venue = parts.venue
      for id in ids { group.addTask { _ = await venue.cancel(id) } }
    case .submit(let order):
      let request = order.request
      if parts.isDryRun {
        return parts.log(
          .notice, "would send \(request.side) \(request.quantity) \(request.kind) as \(request.clientID)")
      }
      let (venue, news) = (parts.venue, news)
      group.addTask {
        news.send(.outcome(request.clientID, await venue.submit(.protective(order), through: GuardGate())))
      }
    case .armDeadMan(let millis):
      if parts.isDryRun { return parts.log(.notice, "would set the venue's dead-man switch to \(millis) ms") }
      let (venue, log) = (parts.venue, parts.log)
      group.addTask {
        do { try await venue.setDeadMan(millis: millis) } catch {
          log(.critical, "guard: dead-man switch: \(error)")
        }
      }
    }
  }

  private nonisolated func look(_ known: InstrumentTable) async {
    do {
      var table = known
      if table.count == 0 {
        table = try await parts.venue.instruments()
        news.send(.instruments(table))
      }
      let orders = try await parts.venue.openOrders()
      let account = try await parts.venue.account()
      var prices: [Price?] = []
      for (slot, position) in account.positions.enumerated() {
        // A price is only wanted for what must be closed, and a venue that tells none must not hold that up.
        let isWanted = position.side != .flat && slot < table.count
        prices.append(isWanted ? try? await parts.venue.lastPrice(of: table.instruments[slot].id) : nil)
      }
      news.send(.books(GuardBooks(openOrders: orders, positions: account.positions, prices: prices)))
    } catch { news.send(.failed("\(error)")) }
  }
}
