import GRDB

/// The tables of `journal.sqlite`.
enum JournalSchema {
  /// Written into every journal; a reader refuses any other.
  static let version = "hrmbot.journal/1"

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

  /// Makes the tables, all or none.
  static func create(_ database: Database, createdMicros: Int64) throws {
    try database.inTransaction {
      try database.execute(sql: tables)
      try database.execute(sql: "INSERT INTO meta VALUES (1, ?, ?)", arguments: [version, createdMicros])
      return .commit
    }
  }

  /// Whether there is no table at all: a file just made, or one whose making was cut off.
  static func isEmpty(_ database: Database) throws -> Bool {
    try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") == 0
  }

  /// Throws unless the database is a journal of this version.
  static func check(_ database: Database, path: String) throws {
    guard try database.tableExists("meta"), try database.tableExists("record"), try database.tableExists("state")
    else { throw JournalError.unreadable(path: path, reason: "a database, but not a journal") }
    let found = try String.fetchOne(database, sql: "SELECT schema FROM meta WHERE id = 1")
    guard found == version else { throw JournalError.unknownSchema(path: path, found: found ?? "none") }
  }
}
