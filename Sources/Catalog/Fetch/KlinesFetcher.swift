import Core
import Transport

/// Runs a fetch: asks, waits, keeps what came, and puts it in the catalog when all of it is there.
package struct KlinesFetcher {
  /// What the fetch asks of the world.
  package struct World {
    /// The present.
    package var now: () -> Timestamp
    /// Waits so many milliseconds.
    package var sleep: (Int64) -> Void
    /// Hears how far it is: bars so far, and the open of the next.
    package var progress: (Int, Timestamp) -> Void

    /// A world as given.
    package init(
      now: @escaping () -> Timestamp, sleep: @escaping (Int64) -> Void,
      progress: @escaping (Int, Timestamp) -> Void = { _, _ in }
    ) {
      self.now = now
      self.sleep = sleep
      self.progress = progress
    }
  }

  /// What came of it.
  package struct Outcome: Equatable, Sendable {
    /// The series in the catalog.
    package var entry: CatalogEntry
    /// Bars that were there from a fetch that was broken off, and bars fetched now.
    package var resumed: Int
    package var fetched: Int
    /// Answers that were no use, and times that it was told to be silent.
    package var failures: Int
    package var pauses: Int
  }

  private let catalog: Catalog
  private let client: HTTPClient
  private let baseAddress: String?
  private let world: World

  /// A fetcher into a catalog; `baseAddress` stands for the market's own.
  package init(_ catalog: Catalog, client: HTTPClient, baseAddress: String? = nil, world: World) {
    self.catalog = catalog
    self.client = client
    self.baseAddress = baseAddress
    self.world = world
  }

  /// Fetches a plan, going on where a fetch of the same was broken off, and adds the bars to the series that is there.
  /// Throws `CatalogError`; what was fetched stays in a file then.
  package func run(_ plan: KlinesPlan, seed: UInt64) throws -> Outcome {
    let directory = try catalog.prepare(source: plan.market.source)
    let partial = try PartialFile(plan, directory: directory)
    let resumed = partial.table.count
    let next = partial.table.times.last.map { Timestamp(milliseconds: $0 + plan.timeframe.milliseconds) }
    var fetch = KlinesFetch(plan, next: next, seed: seed)
    loop: while true {
      switch fetch.step(now: world.now()) {
      case .done: break loop
      case .failed(let reason):
        throw CatalogError(
          .data,
          "\(plan.symbol): \(reason); \(partial.table.count) bars are kept in \(partial.path), "
            + "run the same command again to go on")
      case .wait(let milliseconds): world.sleep(milliseconds)
      case .ask(let query):
        let answer = ask(query, plan)
        try partial.append(fetch.receive(answer, now: world.now()))
        world.progress(resumed + fetch.bars, fetch.next)
      }
    }
    guard partial.table.count > 0 else {
      try partial.remove()
      throw CatalogError(.missing, "\(plan.symbol): no bar of \(plan.timeframe) from \(plan.from) to \(plan.to)")
    }
    let entry = try Importer(catalog).add(partial.table, plan, file: partial.path)
    try partial.remove()
    return Outcome(
      entry: entry, resumed: resumed, fetched: fetch.bars, failures: fetch.failures, pauses: fetch.pauses)
  }

  private func ask(_ query: String, _ plan: KlinesPlan) -> KlinesFetch.Answer {
    let request = HTTPRequest(address: (baseAddress ?? plan.market.baseAddress) + query)
    do throws(TransportError) {
      let response = try client.send(request)
      return .response(
        status: response.status, retryAfter: response["retry-after"].flatMap { Int64($0) },
        usedWeight: response["x-mbx-used-weight-1m"].flatMap { Int($0) }, body: response.body)
    } catch {
      return .failure(error.description, isTransient: error.isTransient)
    }
  }
}

extension Importer {
  /// Adds fetched bars to the series that is there, or begins it. Where both have a bar, the fetched one holds.
  func add(_ fetched: BarTable, _ plan: KlinesPlan, file: String) throws -> CatalogEntry {
    var table = fetched
    let name = "\(plan.symbol) \(plan.timeframe) from \(plan.from) to \(plan.to)"
    let (digest, bytes) = try Self.digest(of: file)
    var origins = [CatalogEntry.Origin(name: name, digest: digest, bytes: bytes)]
    let path = catalog.manifestPath(plan.market.source, plan.symbol, plan.timeframe)
    do {
      let before = try CatalogEntry.read(path)
      var series = try catalog.open(.init(entry: before), instrument: InstrumentID(index: 0))
      guard table.count + series.count <= BarTable.limit else {
        throw CatalogError(.data, "\(before.name): more than \(BarTable.limit) bars in one series")
      }
      while let bar = series.next() { table.append(bar) }
      origins += before.origins.filter { $0.name != name }.prefix(999)
    } catch let error as CatalogError where error.kind == .missing {}
    let rows = fetched.count
    _ = table.putInOrder(plan.timeframe)
    var report = QualityReport()
    report.rows = max(rows, table.count)
    report = Self.scan(table, report, plan.timeframe, TradingCalendar.alwaysOpen.name)
    let entry = CatalogEntry(
      source: plan.market.source, instrument: plan.symbol, timeframe: plan.timeframe, count: table.count,
      from: plan.from, to: plan.to, hours: TradingCalendar.alwaysOpen.name, digest: "", origins: origins,
      quality: report)
    return try catalog.store(table, entry)
  }
}
