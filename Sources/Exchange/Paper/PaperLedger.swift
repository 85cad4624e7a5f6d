import Core
import GRDB

/// The paper venue's own book and account on disk, as a real venue would keep them: orders, fills, cash, positions.
///
/// Not thread-safe: one owner, the venue. Everything is synchronous. Each `save` is one transaction, so the file always
/// holds a state that the venue was in.
public final class PaperLedger {
  /// Path of the SQLite file.
  public let path: String
  /// How hard the file holds on to changes.
  public let durability: PaperDurability
  /// Transactions written.
  public private(set) var transactions = 0
  let queue: DatabaseQueue
  var saved = PaperLedgerMark()
  /// Changes that may wait in memory when durability is relaxed.
  static let batch: UInt64 = 512

  /// Opens the file, or makes it. Throws `PaperLedgerError` or a database error.
  public init(path: String, durability: PaperDurability) throws {
    self.path = path
    self.durability = durability
    var configuration = Configuration()
    configuration.journalMode = .wal
    let synchronous = durability == .full ? "FULL" : "OFF"
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = \(synchronous)") }
    queue = try DatabaseQueue(path: path, configuration: configuration)
    let version = try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
    if version == 0 {
      try queue.write { database in
        guard try !database.tableExists("account") else { return }
        try database.execute(sql: PaperLedgerSchema.statements)
      }
    } else if version == 1 {
      try migrate()
    } else if version != PaperLedgerSchema.version {
      throw PaperLedgerError(
        file: path, detail: "schema version \(version), this program knows \(PaperLedgerSchema.version)",
        remedy: "Use the program version that wrote it, or move the file away to start a new account")
    }
  }

  /// Brings a file of version 1 to this version, or leaves it alone and throws.
  private func migrate() throws {
    let open = try queue.read { try Int.fetchOne($0, sql: PaperLedgerSchema.unmigratable) ?? 0 }
    guard open == 0 else {
      throw PaperLedgerError(
        file: path, detail: "schema version 1 with \(open) open orders that have cash set aside",
        remedy: "Cancel them with the program version that wrote the file, or move it away to start a new account")
    }
    try queue.write { try $0.execute(sql: PaperLedgerSchema.migration) }
  }

  /// Writes what has changed since the last transaction; with relaxed durability, once enough has. Throws a database
  /// error; nothing is written then, and the same changes are tried again with the next call.
  public func save(_ exchange: PaperExchange) throws {
    let mark = PaperLedgerMark(exchange.memory)
    if durability == .relaxed, mark.changes &- saved.changes < Self.batch { return }
    try flush(exchange)
  }

  /// Writes what has changed, whatever the durability.
  public func flush(_ exchange: PaperExchange) throws {
    let mark = PaperLedgerMark(exchange.memory)
    guard mark != saved else { return }
    try queue.write { try write(exchange, since: saved, database: $0) }
    saved = mark
    transactions += 1
  }

  /// Writes what is left and closes the file.
  public func close(_ exchange: PaperExchange) throws {
    try flush(exchange)
    try queue.close()
  }

  /// Whether an order of this id was ever accepted and is on disk.
  public func contains(_ id: ClientOrderID) throws -> Bool {
    try queue.read { database in
      let statement = try database.cachedStatement(sql: "SELECT 1 FROM orders WHERE client_id = ?")
      return try Int.fetchOne(statement, arguments: [id.description]) != nil
    }
  }
}

/// How far the file has followed the exchange: three counters that only grow, and what can change beside them.
struct PaperLedgerMark: Equatable {
  var orders: UInt64 = 0
  var trades: UInt64 = 0
  var ended: UInt64 = 0
  /// Open stops that are triggered and wait for more volume.
  var triggered = 0
  var deadline: Timestamp?
  /// Sum of all, to count changes.
  var changes: UInt64 { orders &+ trades &+ ended }

  init() {}
  init(_ memory: PaperMemory) {
    orders = memory.nextOrderNumber - 1
    trades = memory.nextTradeID - 1
    ended = memory.endedCount
    triggered = memory.open.count { $0.isTriggered }
    deadline = memory.deadline
  }
}
