import Foundation
import Journal
import Testing

@Suite("A stored state is the one that the chain names")
struct StateProofTests {
  private func withStates() throws -> Scratch {
    let scratch = try Scratch()
    let store = try JournalStore.open(directory: scratch.path, durability: .full)
    try store.append([record(1), stateRecord(2, "{\"cash\":1}"), record(3)])
    try store.append([stateRecord(4, "{\"cash\":2}"), record(5)])
    #expect(try store.state() == Array("{\"cash\":2}".utf8) && store.stateSequence() == 4)
    try store.close()
    return scratch
  }

  @Test(arguments: [
    "UPDATE state SET bytes = CAST('{\"cash\":9}' AS BLOB)",
    "UPDATE state SET bytes = CAST('{\"cash\":1}' AS BLOB), sequence = 2",
    "UPDATE state SET sequence = 5",
    "DELETE FROM state",
  ])
  func anotherStateIsRefused(sql: String) throws {
    let scratch = try withStates()
    try scratch.tamper(sql)
    do {
      _ = try JournalStore.open(directory: scratch.path, durability: .full)
      Issue.record("opened with a foreign state: \(sql)")
    } catch JournalError.foreignState {}
    guard case .broken(.foreignState) = try ChainVerifier.verify(scratch.path) else {
      return #expect(Bool(false), "verified with a foreign state: \(sql)")
    }
  }

  @Test func aStateThatNoRecordNamesIsRefused() throws {
    let scratch = try Scratch()
    try journal(3, in: scratch)
    try scratch.tamper("INSERT INTO state VALUES (1, 3, x'7b7d')")
    #expect(throws: JournalError.self) { try JournalStore.open(directory: scratch.path, durability: .full) }
  }

  @Test func theStateThatBelongsIsTaken() throws {
    let scratch = try withStates()
    let store = try JournalStore.open(directory: scratch.path, durability: .full)
    #expect(try store.state() == Array("{\"cash\":2}".utf8))
    try store.close()
    try JournalQuery(directory: scratch.path).proveState()
  }

}
