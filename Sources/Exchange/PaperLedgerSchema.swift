import GRDB

/// The tables of a ledger file. Amounts are decimal text, so that what is read is what was written, to the last digit.
enum PaperLedgerSchema {
  /// Version in `PRAGMA user_version`; a file of any other version is refused.
  static let version = 1

  static let statements = """
    CREATE TABLE account (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      cash TEXT NOT NULL, fees TEXT NOT NULL, realised TEXT NOT NULL,
      next_trade_id INTEGER NOT NULL, next_order_number INTEGER NOT NULL, ended_count INTEGER NOT NULL,
      clock INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE positions (
      symbol TEXT PRIMARY KEY, side INTEGER NOT NULL, quantity TEXT NOT NULL, total_cost TEXT NOT NULL,
      entry_time INTEGER
    ) STRICT;
    CREATE TABLE orders (
      number INTEGER PRIMARY KEY, client_id TEXT NOT NULL UNIQUE, symbol TEXT NOT NULL,
      sequence INTEGER NOT NULL, role TEXT NOT NULL, attempt INTEGER NOT NULL,
      side TEXT NOT NULL, kind TEXT NOT NULL, price TEXT, quantity TEXT NOT NULL, reduce_only INTEGER NOT NULL,
      accepted_at INTEGER NOT NULL, reserved TEXT NOT NULL,
      state TEXT NOT NULL, filled TEXT NOT NULL, ended_number INTEGER
    ) STRICT;
    CREATE INDEX orders_newest ON orders (symbol, role, sequence, attempt);
    CREATE INDEX orders_open ON orders (number) WHERE ended_number IS NULL;
    CREATE UNIQUE INDEX orders_ended ON orders (ended_number) WHERE ended_number IS NOT NULL;
    CREATE TABLE fills (
      trade_id INTEGER PRIMARY KEY, client_id TEXT NOT NULL, symbol TEXT NOT NULL, side TEXT NOT NULL,
      quantity TEXT NOT NULL, price TEXT NOT NULL, fee TEXT NOT NULL, is_maker INTEGER NOT NULL, time INTEGER NOT NULL
    ) STRICT;
    PRAGMA user_version = 1;
    """
}
