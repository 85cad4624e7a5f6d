import GRDB

/// The tables of a ledger file. Amounts are decimal text, so that what is read is what was written, to the last digit.
enum PaperLedgerSchema {
  /// Version in `PRAGMA user_version`. Version 1, without partial fills, pairs, countdown and fees in base, is migrated;
  /// a file of any other version is refused.
  static let version = 2

  static let statements = """
    CREATE TABLE account (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      cash TEXT NOT NULL, fees TEXT NOT NULL, realised TEXT NOT NULL,
      next_trade_id INTEGER NOT NULL, next_order_number INTEGER NOT NULL, ended_count INTEGER NOT NULL,
      clock INTEGER NOT NULL, deadline INTEGER
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
      state TEXT NOT NULL, filled TEXT NOT NULL, ended_number INTEGER,
      pair TEXT, post_only INTEGER NOT NULL DEFAULT 0, triggered INTEGER NOT NULL DEFAULT 0,
      last_trade_id INTEGER NOT NULL DEFAULT 0, claim_price TEXT NOT NULL DEFAULT '0',
      opening TEXT NOT NULL DEFAULT '0', locked_base TEXT NOT NULL DEFAULT '0'
    ) STRICT;
    CREATE INDEX orders_newest ON orders (symbol, role, sequence, attempt);
    CREATE INDEX orders_open ON orders (number) WHERE ended_number IS NULL;
    CREATE UNIQUE INDEX orders_ended ON orders (ended_number) WHERE ended_number IS NOT NULL;
    CREATE TABLE fills (
      trade_id INTEGER PRIMARY KEY, client_id TEXT NOT NULL, symbol TEXT NOT NULL, side TEXT NOT NULL,
      quantity TEXT NOT NULL, price TEXT NOT NULL, fee TEXT NOT NULL, is_maker INTEGER NOT NULL, time INTEGER NOT NULL,
      fee_base TEXT NOT NULL DEFAULT '0'
    ) STRICT;
    PRAGMA user_version = 2;
    """

  /// From version 1 to 2. Its orders fill whole, so a sale without cash set aside has all of its quantity locked.
  static let migration = """
    ALTER TABLE account ADD COLUMN deadline INTEGER;
    ALTER TABLE orders ADD COLUMN pair TEXT;
    ALTER TABLE orders ADD COLUMN post_only INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE orders ADD COLUMN triggered INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE orders ADD COLUMN last_trade_id INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE orders ADD COLUMN claim_price TEXT NOT NULL DEFAULT '0';
    ALTER TABLE orders ADD COLUMN opening TEXT NOT NULL DEFAULT '0';
    ALTER TABLE orders ADD COLUMN locked_base TEXT NOT NULL DEFAULT '0';
    UPDATE orders SET locked_base = quantity
      WHERE ended_number IS NULL AND side = 'sell' AND reduce_only = 0 AND reserved = '0';
    ALTER TABLE fills ADD COLUMN fee_base TEXT NOT NULL DEFAULT '0';
    PRAGMA user_version = 2;
    """

  /// Orders of version 1 that cannot be migrated: how much of what they had set aside belongs to which part is not known.
  static let unmigratable = "SELECT COUNT(*) FROM orders WHERE ended_number IS NULL AND reserved != '0'"
}
