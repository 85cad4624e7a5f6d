import Core
import Foundation
import GRDB
import Journal

/// A journal as a test looks at it: its records as JSON, in order.
struct JournalView {
  struct Entry {
    var sequence: UInt64
    var kind: RecordKind
    var json: JSON
    var text: String
  }
  var entries: [Entry] = []

  /// Reads all of a journal.
  init(_ directory: String) throws {
    let query = try JournalQuery(directory: directory)
    while true {
      let records = try query.records(from: UInt64(entries.count) + 1, limit: 5000)
      if records.isEmpty { return }
      for record in records {
        let text = String(decoding: record.payload, as: UTF8.self)
        entries.append(Entry(sequence: record.sequence, kind: record.kind, json: try JSON(text: text), text: text))
      }
    }
  }

  func all(_ kind: RecordKind) -> [Entry] { entries.filter { $0.kind == kind } }

  /// Orders that were about to leave while a latch held and were not part of the stop's own plan, as the rules of the
  /// levels have it: `reduce` lets what can only reduce pass, `flatten` its own closing orders, `stop` nothing.
  func forbiddenIntents() -> [String] {
    var level: String?
    var found: [String] = []
    for entry in entries {
      switch entry.kind {
      case .latch: level = entry.json["change"].string == "set" ? entry.json["level"].string : nil
      case .control where entry.json["command"].string == "relatch": level = entry.json["level"].string
      case .session: level = nil
      case .intent:
        let reduces = entry.json["reduce_only"].bool == true
        let isAllowed: Bool
        switch level {
        case nil: isAllowed = true
        case "reduce": isAllowed = reduces
        case "flatten": isAllowed = reduces && entry.json["role"].string == "flatten"
        default: isAllowed = false
        }
        if !isAllowed { found.append("\(entry.sequence): \(entry.text)") }
      default: continue
      }
    }
    return found
  }

  /// Records of a kind that stand there again under one name, although nothing of that name may happen twice. A crash
  /// between a record and the state that contains it makes the next session derive the same again, under the same name:
  /// that is the same order or fill, told twice. Anything else is found here.
  func conflicts(_ kind: RecordKind, named key: String) -> [String] {
    var session = 0
    var known: [String: (content: String, session: Int)] = [:]
    var found: [String] = []
    for entry in entries {
      if entry.kind == .session { session += 1 }
      guard entry.kind == kind else { continue }
      let name = entry.json[key].text
      let content = (try? entry.json.text(without: "at")) ?? ""
      if let before = known[name], before.content != content || before.session == session {
        found.append("\(entry.sequence): \(entry.text)")
      }
      known[name] = (content, session)
    }
    return found
  }

  /// Cash and fees after all fills of the journal, starting from `start`, exactly.
  func cash(from start: String) throws -> (cash: Money, fees: Money, fills: Int) {
    var cash = try Money(start)
    var fees = Money.zero
    var counted: Set<String> = []
    for fill in all(.fill) where counted.insert(fill.json["trade_id"].text).inserted {
      guard let price = fill.json["price"].string, let quantity = fill.json["qty"].string,
        let fee = fill.json["fee_quote"].string
      else { throw Failure("no fill: \(fill.text)") }
      let value = try Price(price) * Quantity(quantity)
      cash = fill.json["side"].string == "buy" ? try cash.subtracting(value) : try cash.adding(value)
      cash = try cash.subtracting(try Money(fee))
      fees = try fees.adding(try Money(fee))
    }
    return (cash, fees, counted.count)
  }
}

/// The paper venue's own file, read as an auditor would: the other side's books.
enum Ledger {
  struct Books: Equatable {
    var cash: String
    /// Side (0 flat, 1 long, 2 short) and quantity by symbol; flat ones are left out.
    var positions: [String: String]
    var fills: Int
    var orderIDs: [String]
  }

  static func books(of directory: String) throws -> Books {
    var configuration = Configuration()
    configuration.readonly = true
    let queue = try DatabaseQueue(path: directory + "/ledger.sqlite", configuration: configuration)
    defer { try? queue.close() }
    return try queue.read { database in
      let rows = try Row.fetchAll(database, sql: "SELECT symbol, side, quantity FROM positions WHERE side <> 0")
      return Books(
        cash: try String.fetchOne(database, sql: "SELECT cash FROM account") ?? "",
        positions: Dictionary(
          uniqueKeysWithValues: rows.map {
            ($0["symbol"] as String, "\($0["side"] as Int) \($0["quantity"] as String)")
          }),
        fills: try Int.fetchOne(database, sql: "SELECT count(*) FROM fills") ?? 0,
        orderIDs: try String.fetchAll(database, sql: "SELECT client_id FROM orders"))
    }
  }
}

extension JSON {
  /// Side and quantity by symbol of what `hrmbot status --json` says, without flat ones.
  var positions: [String: String] {
    var found: [String: String] = [:]
    for item in self["instruments"].items {
      let side = item["position"]["side"].int ?? 0
      if side != 0, let symbol = item["symbol"].string {
        found[symbol] = "\(side) \(item["position"]["quantity"].string ?? "?")"
      }
    }
    return found
  }
}
