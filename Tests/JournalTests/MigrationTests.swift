import Digest
import Foundation
import GRDB
import Journal
import Testing

@Suite("A journal of the version before")
struct MigrationTests {
  /// The statements of the version before, as they were.
  private static let oldTables = """
    CREATE TABLE meta (
      id INTEGER PRIMARY KEY CHECK (id = 1), schema TEXT NOT NULL, created_micros INTEGER NOT NULL);
    CREATE TABLE record (
      sequence INTEGER PRIMARY KEY, kind TEXT NOT NULL, payload BLOB NOT NULL, hash BLOB NOT NULL,
      wall_micros INTEGER NOT NULL, latency BLOB);
    CREATE TABLE state (
      id INTEGER PRIMARY KEY CHECK (id = 1), sequence INTEGER NOT NULL, bytes BLOB NOT NULL);
    INSERT INTO meta VALUES (1, 'hrmbot.journal/1', 0);
    """

  private func oldJournal(_ count: UInt64) throws -> Scratch {
    let scratch = try Scratch()
    let queue = try DatabaseQueue(path: scratch.database)
    var (hash, hasher) = (ChainHash.start, ChainHash())
    try queue.write { database in
      try database.execute(sql: Self.oldTables)
      for record in records(1...count) {
        hash = hasher.next(after: hash, record)
        try database.execute(
          sql: "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)",
          arguments: [
            Int64(record.sequence), record.kind.rawValue, Data(record.payload), Data(hash), record.wallMicros,
            record.latency.map { Data($0) },
          ])
      }
      try database.execute(sql: "INSERT INTO state VALUES (1, ?, x'7b7d')", arguments: [Int64(count)])
    }
    try queue.close()
    try Data("{\"closed\":true,\"count\":\(count),\"hash\":\"\(SHA256.hex(hash))\"}\n".utf8)
      .write(to: URL(fileURLWithPath: scratch.head))
    return scratch
  }

  @Test func readersTakeItAsItIs() throws {
    let scratch = try oldJournal(20)
    let query = try JournalQuery(directory: scratch.path)
    #expect(try query.records(from: 1, limit: 100) == records(1...20))
    #expect(try query.state() == Array("{}".utf8))
    try query.proveState()
    guard case .ok(let head, beyondHead: 0) = try ChainVerifier.verify(scratch.path) else {
      return #expect(Bool(false), "chain of the old journal")
    }
    #expect(head.count == 20)
    #expect(try scratch.value("SELECT schema FROM meta") == "hrmbot.journal/1")
  }

  @Test func aWriterMigratesItOnce() throws {
    let scratch = try oldJournal(20)
    var store = try JournalStore.open(directory: scratch.path, durability: .full)
    #expect(store.openReport.wasMigrated && store.head.count == 20)
    #expect(try store.state() == Array("{}".utf8), "a state from before states were chained is believed")
    try store.close()
    store = try JournalStore.open(directory: scratch.path, durability: .full)
    #expect(!store.openReport.wasMigrated)
    try store.append([record(21), stateRecord(22, "{\"a\":1}")])
    try store.close()
    #expect(try scratch.value("SELECT schema FROM meta") == "hrmbot.journal/2")
    #expect(try JournalQuery(directory: scratch.path).records(from: 1, limit: 21) == records(1...21))
    guard case .ok(let head, beyondHead: 0) = try ChainVerifier.verify(scratch.path) else {
      return #expect(Bool(false), "chain of the migrated journal")
    }
    #expect(head.count == 22)
  }

  @Test func aMigrationThatFailsLeavesTheOldJournal() throws {
    let scratch = try oldJournal(5)
    // A name in the way of the last statement.
    try scratch.tamper("CREATE TABLE record_state (x)")
    #expect(throws: JournalError.self) { try JournalStore.open(directory: scratch.path, durability: .full) }
    #expect(try scratch.value("SELECT schema FROM meta") == "hrmbot.journal/1")
    try scratch.tamper("DROP TABLE record_state")
    let store = try JournalStore.open(directory: scratch.path, durability: .full)
    #expect(store.openReport.wasMigrated && store.head.count == 5)
  }

  @Test func aNewerVersionIsNotTouched() throws {
    let scratch = try oldJournal(5)
    try scratch.tamper("UPDATE meta SET schema = 'hrmbot.journal/3'")
    let error = JournalError.unknownSchema(path: scratch.database, found: "hrmbot.journal/3")
    #expect(throws: error) { try JournalStore.open(directory: scratch.path, durability: .full) }
    #expect(throws: error) { try ChainVerifier.verify(scratch.path) }
    let columns: Int? = try scratch.value("SELECT count(*) FROM pragma_table_info('meta')")
    #expect(columns == 3)
  }
}
