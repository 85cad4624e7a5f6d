import Core
import Hummingbird
import Journal

/// Bars that the bot has seen, from its journal.
struct BarRoutes: Sendable {
  let journal: JournalDesk
  /// Bars that are looked through for one instrument's.
  private static let looked = 20_000

  func add<Context: RequestContext>(to router: Router<Context>) {
    for path in ["/api/v1/bars", "/api/historical-data"] {
      router.get(RouterPath(path)) { request, _ in
        let page = try Page(request, maximum: 1000)
        let given = request.uri.queryParameters
        guard let symbol = given["instrument"].map(String.init), !symbol.isEmpty else {
          throw Refusal(400, "instrument_missing", "name the instrument: ?instrument=SYMBOL")
        }
        let timeframe = given["timeframe"].map(String.init)
        if let timeframe, Timeframe(timeframe) == nil {
          throw Refusal(400, "bad_timeframe", "timeframe \(timeframe): write a length such as 1s, 5m, 1h or 1d")
        }
        let bars = try await journal.ask { try Self.bars($0, symbol, timeframe, page) }
        return page.answer("bars", bars, sequence: \.sequence) { Self.write($0, &$1) }
      }
    }
  }

  private struct Found: Sendable {
    var sequence: UInt64
    var tree: JSONTree
  }

  private static func bars(
    _ query: JournalQuery, _ symbol: String, _ timeframe: String?, _ page: Page
  ) throws -> [Found] {
    var found: [Found] = []
    var (before, seen) = (page.before, 0)
    var others: Set<String> = []
    while found.count < page.limit, seen < looked {
      let records = try query.newest(.bar, before: before, limit: 1000)
      for record in records where found.count < page.limit {
        guard let tree = try? JSONTree.parse(record.payload), tree["i"]?.string == symbol else { continue }
        guard let length = tree["tf"]?.string, timeframe == nil || length == timeframe else {
          others.insert(tree["tf"]?.string ?? "")
          continue
        }
        found.append(Found(sequence: record.sequence, tree: tree))
      }
      seen += records.count
      guard records.count == 1000, let last = records.last else { break }
      before = last.sequence
    }
    if found.isEmpty, !others.isEmpty {
      throw Refusal(
        400, "bad_timeframe", "only bars of \(others.sorted().joined(separator: ", ")) are in the journal")
    }
    return found
  }

  private static func write(_ bar: Found, _ out: inout CanonicalJSON) {
    for (key, name) in [("c", "close"), ("h", "high"), ("l", "low"), ("o", "open")] {
      out.key(escaping: name)
      out.optional(bar.tree[key]?.string)
    }
    out.key("open_time")
    out.optional(bar.tree["t"]?.integer.map { Timestamp(milliseconds: $0).description })
    out.key("sequence")
    out.value(bar.sequence)
    out.key("timeframe")
    out.optional(bar.tree["tf"]?.string)
    out.key("volume")
    out.optional(bar.tree["v"]?.string)
  }
}
