import Core
import Foundation
import Journal
import Testing

@Suite("Rotation into archives")
struct RotationTests {
  private struct Death: Error {}

  private static let rule = JournalRotation(limitBytes: 20_000, keptArchives: 0)

  /// A record as a seed makes it; every seventh one is a state, every fifth a bar.
  private func item(_ sequence: UInt64) -> JournalRecord {
    if sequence % 7 == 0 { return stateRecord(sequence, "{\"n\":\(sequence)}") }
    return record(
      sequence, "{\"at\":\(sequence),\"text\":\"\(String(repeating: "x", count: Int(sequence % 300)))\"}",
      kind: sequence % 5 == 0 ? .bar : .timer)
  }

  /// Goes on to record `end` in batches of ten.
  private func grow(_ store: JournalStore, to end: UInt64) throws {
    while store.head.count < end {
      let first = store.head.count + 1
      try store.append((first...min(end, first + 9)).map(item))
      try store.rotateIfDue()
    }
  }

  private func open(_ scratch: Scratch, _ rule: JournalRotation = rule) throws -> JournalStore {
    let store = try JournalStore.open(directory: scratch.path, durability: .full)
    store.rotation = rule
    return store
  }

  private func archives(_ scratch: Scratch) throws -> [String] {
    let path = scratch.path + "/archive"
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: path).sorted {
      ArchiveName($0)!.first < ArchiveName($1)!.first
    }
  }

  private func isEqual(_ read: [JournalRecord], _ range: ClosedRange<UInt64>) -> Bool {
    read.map(\.payload) == range.map { item($0).payload } && read.map(\.sequence) == Array(range)
  }

  @Test func theChainIsThatOfOneFile() throws {
    let (whole, parts) = (try Scratch(), try Scratch())
    var store = try open(whole, .never)
    try grow(store, to: 1000)
    try store.close()
    store = try open(parts)
    try grow(store, to: 400)
    try store.close()
    store = try open(parts)
    #expect(store.openReport.archives > 1 && store.openReport.missingArchive == nil)
    try grow(store, to: 1000)
    #expect(store.rotations > 3)
    #expect(isEqual(try store.records(from: 1, limit: 5000), 1...1000))
    #expect(try store.newest(.bar, limit: 1000).count == 172)
    #expect(try store.newest(.bar, before: 500, limit: 3).map(\.sequence) == [495, 485, 480])
    try store.close()
    #expect(try ChainVerifier.verify(parts.path) == ChainVerifier.verify(whole.path))
    let query = try JournalQuery(directory: parts.path)
    for start in [1, 99, 500, 993] as [UInt64] {
      #expect(isEqual(try query.records(from: start, limit: 8), start...start + 7))
    }
    #expect(try query.counts().map(\.count) == JournalQuery(directory: whole.path).counts().map(\.count))
    #expect(try query.last(.bar)?.sequence == 1000 && query.lastSequence() == 1000 && query.firstSequence == 1)
    for name in try archives(parts) {
      let attributes = try FileManager.default.attributesOfItem(atPath: parts.path + "/archive/" + name)
      #expect((attributes[.posixPermissions] as? Int) == 0o400)
    }
  }

  @Test(arguments: RotationStep.allCases)
  func deathAtAnyStepLeavesOneChain(step: RotationStep) throws {
    let scratch = try Scratch()
    var store = try open(scratch, JournalRotation(limitBytes: 20_000, keptArchives: 2))
    var deaths = 0
    // Again and again, so that a death can follow a death.
    for round in 1...6 as ClosedRange<UInt64> {
      store.rotationObserver = { if $0 == step { throw Death() } }
      do { try grow(store, to: round * 200) } catch {
        deaths += 1
        #expect(!store.isHealthy)
      }
      // What the dead process leaves: nothing is closed in order.
      let end = store.head.count
      store = try abandon(store, scratch)
      #expect(store.head.count == end, "after a death at \(step)")
      let verdict = try ChainVerifier.verify(scratch.path)
      guard case .ok(let head, _) = verdict else {
        return #expect(Bool(false), "\(step), round \(round): \(verdict)")
      }
      #expect(head.count == end)
      let query = try JournalQuery(directory: scratch.path)
      #expect(isEqual(try query.records(from: query.firstSequence, limit: 5000), query.firstSequence...end))
    }
    #expect(deaths > 0, "no rotation came to \(step)")
  }

  /// The journal as the next process finds it.
  private func abandon(_ store: JournalStore, _ scratch: Scratch) throws -> JournalStore {
    let copy = scratch.path + "-dead"
    try? FileManager.default.removeItem(atPath: copy)
    // Hard links stay links: a copy of the directory by `cp -a`.
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/cp")
    process.arguments = ["-a", scratch.path, copy]
    try process.run()
    process.waitUntilExit()
    store.rotationObserver = nil
    try? store.close()
    try FileManager.default.removeItem(atPath: scratch.path)
    try FileManager.default.moveItem(atPath: copy, toPath: scratch.path)
    return try open(scratch, JournalRotation(limitBytes: 20_000, keptArchives: 2))
  }

  @Test(arguments: RotationStep.allCases)
  func aFailureAtAnyStepHealsInPlace(step: RotationStep) throws {
    let scratch = try Scratch()
    let store = try open(scratch, JournalRotation(limitBytes: 20_000, keptArchives: 1))
    var failures = 0
    store.rotationObserver = { if $0 == step, failures < 3 { failures += 1; throw Death() } }
    while store.head.count < 600 {
      do { try grow(store, to: 600) } catch {
        #expect(!store.isHealthy)
        let head = store.head
        try store.recover()
        #expect(store.isHealthy && store.head == head)
      }
    }
    #expect(failures == 3)
    try store.close()
    guard case .ok(let head, beyondHead: 0) = try ChainVerifier.verify(scratch.path) else {
      return #expect(Bool(false), "after failures at \(step)")
    }
    #expect(head.count == 600)
  }

  @Test func aMissingArchiveIsNamed() throws {
    let scratch = try Scratch()
    let store = try open(scratch)
    try grow(store, to: 800)
    try store.close()
    let names = try archives(scratch)
    #expect(names.count >= 3)
    for name in [names[1], names[names.count - 1]] {
      let path = scratch.path + "/archive/" + name
      try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
      guard case .broken(let problem) = try ChainVerifier.verify(scratch.path) else {
        return #expect(Bool(false), "verified without \(name)")
      }
      let last = try #require(ArchiveName(name)).last
      #expect(problem.description.contains("\(last)"), "\(problem)")
      let query = try JournalQuery(directory: scratch.path)
      #expect(throws: JournalError.self) { try query.records(from: 1, limit: 10) }
      #expect(try query.records(from: last + 1, limit: 3).count == min(3, 800 - Int(last)))
      let store = try JournalStore.open(directory: scratch.path, durability: .full)
      #expect(store.openReport.missingArchive != nil && store.head.count == 800)
      try store.close()
      try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
    }
  }

  @Test(arguments: [
    "UPDATE record SET payload = x'7b7d' WHERE sequence = (SELECT min(sequence) + 3 FROM record)",
    "DELETE FROM record WHERE sequence = (SELECT max(sequence) FROM record)",
    "UPDATE meta SET base_hash = zeroblob(31) || x'01'",
  ])
  func anAlteredArchiveIsNamed(sql: String) throws {
    let scratch = try Scratch()
    let store = try open(scratch)
    try grow(store, to: 800)
    try store.close()
    let name = try archives(scratch)[1]
    let path = scratch.path + "/archive/" + name
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    try scratch.tamper(sql, at: path)
    guard case .broken(let problem) = try ChainVerifier.verify(scratch.path) else {
      return #expect(Bool(false), "verified in spite of \(sql)")
    }
    #expect(problem.description.contains(name), "\(problem)")
  }

  @Test func onlySoManyArchivesAreKept() throws {
    let scratch = try Scratch()
    let store = try open(scratch, JournalRotation(limitBytes: 20_000, keptArchives: 2))
    try grow(store, to: 1500)
    #expect(store.rotations > 5)
    try store.close()
    #expect(try archives(scratch).count == 2)
    let query = try JournalQuery(directory: scratch.path)
    #expect(query.firstSequence > 1 && query.removedThrough == query.firstSequence - 1)
    #expect(isEqual(try query.records(from: query.firstSequence, limit: 5000), query.firstSequence...1500))
    guard case .ok(let head, beyondHead: 0) = try ChainVerifier.verify(scratch.path) else {
      return #expect(Bool(false), "chain of what is kept")
    }
    #expect(head.count == 1500)
  }

  @Test func aReaderPutsARotationOff() throws {
    let scratch = try Scratch()
    let store = try open(scratch)
    try store.append((1...10 as ClosedRange<UInt64>).map(item))
    var query: JournalQuery? = try JournalQuery(directory: scratch.path)
    try grow(store, to: 300)
    #expect(store.rotations == 0 && store.deferredRotations > 0 && store.isHealthy)
    #expect(isEqual(try query!.records(from: 1, limit: 5000), 1...300))
    query = nil
    try grow(store, to: 4000)
    #expect(store.rotations > 0)
    #expect(isEqual(try store.records(from: 1, limit: 5000), 1...4000))
  }
}
