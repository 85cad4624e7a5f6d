import Core
import GRDB

/// A ledger file as version 1 wrote it.
enum OldLedger {
  static func write(_ path: String, reserved: String) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.write { database in
      try database.execute(
        sql: """
          CREATE TABLE account (
            id INTEGER PRIMARY KEY CHECK (id = 1), cash TEXT NOT NULL, fees TEXT NOT NULL, realised TEXT NOT NULL,
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
          CREATE TABLE fills (
            trade_id INTEGER PRIMARY KEY, client_id TEXT NOT NULL, symbol TEXT NOT NULL, side TEXT NOT NULL,
            quantity TEXT NOT NULL, price TEXT NOT NULL, fee TEXT NOT NULL, is_maker INTEGER NOT NULL,
            time INTEGER NOT NULL
          ) STRICT;
          PRAGMA user_version = 1;
          INSERT INTO account VALUES (1, '900', '0.1', '0', 2, 3, 1, 120000);
          INSERT INTO positions VALUES ('SYM0', 1, '1', '100', 60000);
          INSERT INTO orders VALUES
            (1, 'h1-e0', 'SYM0', 1, 'entry', 0, 'buy', 'market', NULL, '1', 0, 60000, '100.1', 'filled', '1', 1),
            (2, 'h1-s0', 'SYM0', 1, 'protective_stop', 0, 'sell', 'stop_market', '90', '1', 1, 120000,
              '\(reserved)', 'accepted', '0', NULL);
          INSERT INTO fills VALUES (1, 'h1-e0', 'SYM0', 'buy', '1', '100', '0.1', 0, 60000);
          """)
    }
    try queue.close()
  }
}
