import GRDB

/// The check at opening: does the table's end continue the head file's chain?
struct TailCheck {
  /// Records before the head that are looked at, too.
  static let recordsBeforeHead: UInt64 = 256

  let directory: String
  let head: JournalHead
  /// End of the chain before the file's first record.
  let base: JournalHead

  /// The true end of the chain and the number of records whose hashes were checked. Throws `JournalError.truncated`
  /// and `.damaged`.
  func run(_ database: Database) throws -> (end: JournalHead, checked: Int) {
    let last = max(try RecordRows.lastSequence(database), base.count)
    guard last >= head.count else {
      throw JournalError.truncated(directory: directory, headCount: head.count, tableCount: last)
    }
    // A rotation brings the head up to the archive's end before it begins.
    guard head.count >= base.count else { throw damaged(head.count, "the head file is older than the newest archive") }
    if head.count == base.count, head.hash != base.hash { throw damaged(base.count, "its hash is not the head file's") }
    let inFile = head.count - base.count
    let first = inFile > Self.recordsBeforeHead ? head.count - Self.recordsBeforeHead + 1 : base.count + 1
    var previous = base.hash
    if first > base.count + 1 {
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
