import GRDB
import GRDBSQLite

/// A prepared statement on a connection that GRDB owns: the record table is written and read at a rate at which GRDB's
/// own argument boxes cost more than SQLite.
final class SQLiteStatement {
  private let connection: OpaquePointer
  private var handle: OpaquePointer?
  private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  init(_ database: Database, _ sql: String) throws {
    guard let connection = database.sqliteConnection else { throw JournalError.closed }
    self.connection = connection
    // 1: SQLITE_PREPARE_PERSISTENT.
    try check(sqlite3_prepare_v3(connection, sql, -1, 1, &handle, nil))
  }

  deinit { finalize() }

  /// Must happen before the connection closes.
  func finalize() {
    sqlite3_finalize(handle)
    handle = nil
  }

  private func check(_ code: Int32) throws {
    guard code == SQLITE_OK else {
      throw DatabaseError(
        resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
        message: String(cString: sqlite3_errmsg(connection)))
    }
  }

  func bind(_ index: Int32, _ value: Int64) throws { try check(sqlite3_bind_int64(handle, index, value)) }

  func bind(_ index: Int32, text: String) throws {
    var text = text
    try text.withUTF8 {
      try check(
        $0.withMemoryRebound(to: CChar.self) {
          sqlite3_bind_text(handle, index, $0.baseAddress, Int32($0.count), Self.transient)
        })
    }
  }

  /// Binds bytes, or NULL. SQLite keeps its own copy.
  func bind(_ index: Int32, blob: [UInt8]?) throws {
    guard let blob else { return try check(sqlite3_bind_null(handle, index)) }
    guard !blob.isEmpty else { return try check(sqlite3_bind_zeroblob(handle, index, 0)) }
    try check(
      blob.withUnsafeBytes { sqlite3_bind_blob64(handle, index, $0.baseAddress, UInt64($0.count), Self.transient) })
  }

  /// Runs to the next row; false: there is none.
  func step() throws -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default:
      let error = DatabaseError(
        resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
        message: String(cString: sqlite3_errmsg(connection)))
      sqlite3_reset(handle)
      throw error
    }
  }

  /// Makes the statement ready for the next run.
  func reset() { sqlite3_reset(handle) }

  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

  /// The bytes of a column, valid until the next step.
  func withBytes<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    let start = sqlite3_column_blob(handle, column)
    return try body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
  }

  func bytes(_ column: Int32) -> [UInt8] { withBytes(column) { Array($0) } }

  func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }
}
