import Digest
import Foundation
import Journal
import Testing

@Suite struct ChainTests {
  @Test func hashFollowsItsDefinition() throws {
    let scratch = try Scratch()
    let store = try JournalStore.open(directory: scratch.path, durability: .full)
    try store.append([record(1, "{}"), record(2, "{\"a\":1}", kind: .bar)])
    let first = SHA256.digest([UInt8](repeating: 0, count: 32) + [1, 0, 0, 0, 0, 0, 0, 0] + Array("timer\0{}".utf8))
    let second = SHA256.digest(first + [2, 0, 0, 0, 0, 0, 0, 0] + Array("bar\0{\"a\":1}".utf8))
    #expect(try store.hash(of: 1) == first)
    #expect(store.head == JournalHead(count: 2, hash: second))
    try store.close()
    #expect(try ChainVerifier.verify(scratch.path) == .ok(JournalHead(count: 2, hash: second), beyondHead: 0))
  }

  @Test func unchainedColumnsDoNotCount() throws {
    let scratch = try Scratch()
    try journal(5, in: scratch)
    let before = try ChainVerifier.verify(scratch.path)
    try scratch.tamper("UPDATE record SET wall_micros = 7, latency = NULL")
    #expect(try ChainVerifier.verify(scratch.path) == before)
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func everyChangeIsFoundAndLocated(sequence: UInt64) throws {
    let changes = [
      "UPDATE record SET payload = CAST(replace(CAST(payload AS TEXT), '}', ' }') AS BLOB) WHERE sequence = ?",
      "UPDATE record SET kind = 'bar' WHERE sequence = ?",
      "UPDATE record SET hash = zeroblob(32) WHERE sequence = ?",
      "UPDATE record SET hash = x'' WHERE sequence = ?",
      "UPDATE record SET payload = x'' WHERE sequence = ?",
    ]
    for change in changes {
      let scratch = try Scratch()
      try journal(8, in: scratch)
      try scratch.tamper(change, [Int64(sequence)])
      #expect(try ChainVerifier.verify(scratch.path) == .broken(.hashMismatch(sequence: sequence)), "\(change)")
    }
  }

  @Test func everyByteOfAPayloadCounts() throws {
    let scratch = try Scratch()
    try journal(3, in: scratch)
    let payload = record(2).payload
    for index in payload.indices {
      var changed = payload
      changed[index] ^= 0x20
      try scratch.tamper("UPDATE record SET payload = ? WHERE sequence = 2", [Data(changed)])
      #expect(try ChainVerifier.verify(scratch.path) == .broken(.hashMismatch(sequence: 2)), "byte \(index)")
    }
    try scratch.tamper("UPDATE record SET payload = ? WHERE sequence = 2", [Data(payload)])
    guard case .ok = try ChainVerifier.verify(scratch.path) else { return #expect(Bool(false), "restored journal") }
  }

  @Test(arguments: 1...7 as ClosedRange<UInt64>)
  func missingRecordIsNamed(sequence: UInt64) throws {
    let scratch = try Scratch()
    try journal(8, in: scratch)
    try scratch.tamper("DELETE FROM record WHERE sequence = ?", [Int64(sequence)])
    #expect(try ChainVerifier.verify(scratch.path) == .broken(.missing(sequence: sequence)))
  }

  @Test func movedRecordsAreFound() throws {
    let moved = try Scratch()
    try journal(8, in: moved)
    try moved.tamper("UPDATE record SET sequence = 100 WHERE sequence = 4")
    #expect(try ChainVerifier.verify(moved.path) == .broken(.missing(sequence: 4)))
    let below = try Scratch()
    try journal(8, in: below)
    try below.tamper("UPDATE record SET sequence = -3 WHERE sequence = 4")
    #expect(try ChainVerifier.verify(below.path) == .broken(.impossibleSequence(-3)))
  }

  @Test(arguments: 0...7 as ClosedRange<UInt64>)
  func cutTailIsFound(kept: UInt64) throws {
    let scratch = try Scratch()
    try journal(8, in: scratch)
    try scratch.tamper("DELETE FROM record WHERE sequence > ?", [Int64(kept)])
    #expect(try ChainVerifier.verify(scratch.path) == .broken(.truncated(headCount: 8, tableCount: kept)))
    let error = JournalError.truncated(directory: scratch.path, headCount: 8, tableCount: kept)
    #expect(throws: error) { try JournalStore.open(directory: scratch.path, durability: .full) }
    #expect("\(error)".contains("8") && "\(error)".contains("\(kept)"))
  }

  @Test func removedOrBrokenHeadIsFound() throws {
    let scratch = try Scratch()
    try journal(3, in: scratch)
    try FileManager.default.removeItem(atPath: scratch.head)
    #expect(
      try ChainVerifier.verify(scratch.path)
        == .broken(.headUnreadable(reason: "the file is missing", tableCount: 3)))
    #expect(throws: JournalError.self) { try JournalStore.open(directory: scratch.path, durability: .full) }
    for text in [
      "", "{}", "null", "{\"closed\":true,\"count\":3,\"hash\":\"00\"}", String(repeating: "x", count: 9999),
    ] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: scratch.head))
      guard case .broken(.headUnreadable) = try ChainVerifier.verify(scratch.path) else {
        Issue.record("head file \(text.prefix(20)) was taken")
        continue
      }
      #expect(throws: JournalError.self) { try JournalStore.open(directory: scratch.path, durability: .full) }
    }
  }

  @Test func chainWrittenAnewIsFound() throws {
    let scratch = try Scratch()
    let other = try Scratch()
    try journal(3, in: scratch)
    let store = try JournalStore.open(directory: other.path, durability: .relaxed)
    try store.append([record(1), record(2, "{\"at\":99}"), record(3)])
    try store.close()
    try FileManager.default.removeItem(atPath: scratch.database)
    try FileManager.default.copyItem(atPath: other.database, toPath: scratch.database)
    #expect(try ChainVerifier.verify(scratch.path) == .broken(.headMismatch(sequence: 3)))
    #expect(throws: JournalError.self) { try JournalStore.open(directory: scratch.path, durability: .full) }
  }

  @Test func surplusAfterAnOrderlyEndIsFound() throws {
    let scratch = try Scratch()
    try journal(3, in: scratch)
    let head = try Data(contentsOf: URL(fileURLWithPath: scratch.head))
    let store = try JournalStore.open(directory: scratch.path, durability: .relaxed)
    try store.append([record(4)])
    try store.close()
    try head.write(to: URL(fileURLWithPath: scratch.head))
    #expect(try ChainVerifier.verify(scratch.path) == .broken(.surplus(headCount: 3, tableCount: 4)))
  }

  @Test func unreadableDatabaseIsAnErrorNotACrash() throws {
    let scratch = try Scratch()
    try journal(200, in: scratch)
    let good = try Data(contentsOf: URL(fileURLWithPath: scratch.database))
    for (name, bytes) in [
      ("noise", Data(repeating: 0xA5, count: 20_000)), ("cut", good.prefix(9000)),
      ("hole", good.prefix(8192) + Data(repeating: 0xFF, count: 8192) + good.dropFirst(16_384)),
      ("short", good.prefix(10)),
    ] {
      try bytes.write(to: URL(fileURLWithPath: scratch.database))
      guard case .broken = try ChainVerifier.verify(scratch.path) else {
        Issue.record("\(name) was taken for a journal")
        continue
      }
      #expect(throws: JournalError.self, "\(name)") {
        try JournalStore.open(directory: scratch.path, durability: .full)
      }
    }
    try FileManager.default.removeItem(atPath: scratch.database)
    #expect(throws: JournalError.missing(directory: scratch.path)) { try ChainVerifier.verify(scratch.path) }
  }
}
