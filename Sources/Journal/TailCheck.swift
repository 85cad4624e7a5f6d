import GRDB

/// The check at opening: does the table's end continue the head file's chain?
struct TailCheck {
  /// Records before the head that are looked at, too.
  static let recordsBeforeHead: UInt64 = 256

  let directory: String
  let head: JournalHead

  /// The true end of the chain and the number of records whose hashes were checked. Throws `JournalError.truncated`
  /// and `.damaged`.
  func run(_ database: Database) throws -> (end: JournalHead, checked: Int) {
    let last = try RecordRows.lastSequence(database)
    guard last >= head.count else {
      throw JournalError.truncated(directory: directory, headCount: head.count, tableCount: last)
    }
    let first = head.count > Self.recordsBeforeHead ? head.count - Self.recordsBeforeHead + 1 : 1
    var previous = ChainHash.start
    if first > 1 {
      guard let stored = try RecordRows.hash(database, of: first - 1) else { throw damaged(first - 1, "missing") }
      previous = stored
    }
    var hasher = ChainHash()
    var expected = first
    try RecordRows.forEach(database, from: Int64(clamping: first)) { row in
      guard row.sequence == Int64(clamping: expected) else { throw damaged(expected, "missing") }
      previous = row.withKindAndPayload { hasher.next(after: previous, sequence: expected, kind: $0, payload: $1) }
      guard previous == row.hash else { throw damaged(expected, "its hash does not match its content") }
      if expected == head.count, previous != head.hash { throw damaged(expected, "its hash is not the head file's") }
      expected += 1
      return true
    }
    return (JournalHead(count: expected - 1, hash: previous), Int(expected - first))
  }

  private func damaged(_ sequence: UInt64, _ reason: String) -> JournalError {
    .damaged(directory: directory, sequence: sequence, reason: reason)
  }
}
