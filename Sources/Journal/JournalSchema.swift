import GRDB

/// The tables of `journal.sqlite`, and how older ones become like them.
enum JournalSchema {
  /// Written into every journal that this build makes.
  static let version = "hrmbot.journal/2"
  /// Before archives and chained states; a writer migrates it, a reader takes it as it is.
  static let oldVersion = "hrmbot.journal/1"

  private static let tables = """
    CREATE TABLE meta (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      schema TEXT NOT NULL,
      created_micros INTEGER NOT NULL
    );
    CREATE TABLE record (
      sequence INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      payload BLOB NOT NULL,
      hash BLOB NOT NULL,
      wall_micros INTEGER NOT NULL,
      latency BLOB
    );
    CREATE TABLE state (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      sequence INTEGER NOT NULL,
      bytes BLOB NOT NULL
    );
    """

  /// What version 2 adds. Defaults describe a journal that was never rotated.
  private static let additions = """
    ALTER TABLE meta ADD COLUMN base_sequence INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE meta ADD COLUMN base_hash BLOB NOT NULL
      DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000';
    ALTER TABLE meta ADD COLUMN previous TEXT;
    ALTER TABLE meta ADD COLUMN removed_through INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE meta ADD COLUMN states_chained_after INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX record_bar ON record(sequence) WHERE kind = 'bar';
    CREATE INDEX record_session ON record(sequence) WHERE kind = 'session';
    CREATE INDEX record_state ON record(sequence) WHERE kind = 'state';
    """

  /// Kinds that people ask for one after the other, and that lie far apart.
  static let rareKinds: [RecordKind] = [
    .intent, .order, .fill, .policy, .latch, .control, .reconciliation, .end,
  ]
  /// The condition of the index over them, as every question that is to use it must say it.
  static let isRare = "kind IN (" + rareKinds.map { "'\($0.rawValue)'" }.joined(separator: ", ") + ")"

  /// Adds what only makes reading faster, so no version depends on it: a disk that has no room for it is no reason not
  /// to open.
  static func addIndexes(_ database: Database) {
    try? database.execute(sql: "CREATE INDEX IF NOT EXISTS record_rare ON record(kind) WHERE \(isRare)")
  }

  /// Makes the tables, all or none.
  static func create(_ database: Database, createdMicros: Int64, continuing meta: JournalMeta = .first) throws {
    try database.inTransaction {
      try database.execute(sql: tables)
      try database.execute(sql: additions)
      try database.execute(
        sql: """
          INSERT INTO meta (id, schema, created_micros, base_sequence, base_hash, previous, removed_through,
            states_chained_after) VALUES (1, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          version, createdMicros, Int64(clamping: meta.base.count), meta.baseHashData, meta.previous,
          Int64(clamping: meta.removedThrough), Int64(clamping: meta.statesChainedAfter),
        ])
      return .commit
    }
  }

  /// Brings a journal of the version before to this one, whole or not at all. False: it was of this version.
  static func migrate(_ database: Database, path: String) throws -> Bool {
    guard try found(database, path: path) == oldVersion else { return false }
    try database.inTransaction(.immediate) {
      try database.execute(sql: additions)
      let last = try RecordRows.lastSequence(database)
      try database.execute(
        sql: "UPDATE meta SET schema = ?, states_chained_after = ? WHERE id = 1",
        arguments: [version, Int64(clamping: last)])
      return .commit
    }
    return true
  }

  /// Whether there is no table at all: a file just made, or one whose making was cut off.
  static func isEmpty(_ database: Database) throws -> Bool {
    try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") == 0
  }

  /// Throws unless the database is a journal of a version that this build reads.
  static func check(_ database: Database, path: String) throws {
    let found = try found(database, path: path)
    guard found == version || found == oldVersion else {
      throw JournalError.unknownSchema(path: path, found: found ?? "none")
    }
  }

  private static func found(_ database: Database, path: String) throws -> String? {
    guard try database.tableExists("meta"), try database.tableExists("record"), try database.tableExists("state")
    else { throw JournalError.unreadable(path: path, reason: "a database, but not a journal", isDamaged: true) }
    return try String.fetchOne(database, sql: "SELECT schema FROM meta WHERE id = 1")
  }
}
