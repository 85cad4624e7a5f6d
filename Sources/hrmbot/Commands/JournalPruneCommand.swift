import ArgumentParser
import Bot
import Core
import Digest
import Files
import Foundation
import Journal

struct JournalPruneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune", abstract: "Remove old archives of a journal, or move them elsewhere.",
    discussion: """
      What stays can still be tested: it begins with the hash of the last record that went. The archive that names the
      stored state stays. With --to every archive is
      copied first, with a file beside it that names that hash. The chain is tested before anything is removed. A journal
      that a bot writes is left alone (exit code 75); journal.keep_archives prunes while it runs.

      EXAMPLES
        hrmbot journal prune --keep 4 --dry-run
        hrmbot journal prune --keep 4 --to /backup/hrmbot
        hrmbot journal prune --keep 1 --rotate --to /backup/hrmbot
      """)
  @OptionGroup var options: JournalOptions
  @Option(help: "Newest archives that stay.") var keep: Int
  @Option(help: ArgumentHelp("Directory that gets the archives.", valueName: "dir")) var to: String?
  @Flag(help: "Make the present file an archive first.") var rotate = false
  @Flag(help: "Only say what would go.") var dryRun = false
  @Flag(help: "One JSON object.") var json = false

  func validate() throws {
    guard keep >= 0 else { throw ValidationError("--keep \(keep): must be 0 or more") }
    if rotate, dryRun { throw ValidationError("--dry-run: leave out --rotate") }
  }

  func run() throws {
    let directory = try options.directory()
    let gone = try JournalOptions.reading(directory) { () -> [PrunedArchive] in
      // Opened first: its lock keeps a bot from starting meanwhile.
      let store = try JournalStore.open(directory: directory, durability: .full, createIfMissing: false)
      defer { try? store.close() }
      if case .broken(let problem) = try ChainVerifier.verify(directory) {
        throw StartError("\(directory): \(problem); nothing is removed", exitCode: 65)
      }
      if rotate, try !store.rotateNow() {
        throw StartError("\(directory): somebody reads it, or it has no records; nothing is removed", exitCode: 75)
      }
      let old = try store.archives(beyond: keep)
      if dryRun { return old }
      if let to { for archive in old { try Self.copy(archive, to: to) } }
      try store.prune(keeping: keep)
      try store.close()
      if case .broken(let problem) = try ChainVerifier.verify(directory) {
        throw StartError("\(directory): \(problem)", exitCode: 65)
      }
      return old
    }
    print(json ? Self.json(gone, isDone: !dryRun).text : text(gone))
  }

  private func text(_ gone: [PrunedArchive]) -> String {
    guard !gone.isEmpty else { return "nothing goes: there are no more than \(keep) archives, or they are needed" }
    let verb = dryRun ? "would go" : "gone"
    return gone.map { "\(verb)  records \($0.first) to \($0.last), hash \(SHA256.hex($0.headHash))" }
      .joined(separator: "\n")
  }

  /// Copies an archive, and writes beside it what it is.
  private static func copy(_ archive: PrunedArchive, to directory: String) throws {
    let name = URL(fileURLWithPath: archive.path).lastPathComponent
    let target = "\(directory)/\(name)"
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      if FileManager.default.fileExists(atPath: target) {
        throw StartError("\(target) exists; nothing was removed", exitCode: 73)
      }
      try FileManager.default.copyItem(atPath: archive.path, toPath: target)
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: target))
      try handle.synchronize()
      try handle.close()
      let digest = try fileDigest(target)
      guard try digest == fileDigest(archive.path) else {
        throw StartError("\(target) is not what was copied; nothing was removed", exitCode: 73)
      }
      try DurableFile.replace(target + ".json", with: json([archive], isDone: true, sha256: digest).bytes + [10])
    } catch let error as StartError { throw error } catch {
      throw StartError("\(target): \(error); nothing was removed", exitCode: 73)
    }
  }

  private static func fileDigest(_ path: String) throws -> String {
    let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? handle.close() }
    let hasher = SHA256Hasher()
    while let part = try handle.read(upToCount: 1 << 20), !part.isEmpty { hasher.update([UInt8](part)) }
    return SHA256.hex(hasher.finish())
  }

  private static func json(_ archives: [PrunedArchive], isDone: Bool, sha256: String? = nil) -> CanonicalJSON {
    var out = CanonicalJSON()
    out.object { out in
      out.key("archives")
      out.array { out in
        for archive in archives {
          out.object { out in
            out.key("first")
            out.value(archive.first)
            out.key("head_hash")
            out.value(SHA256.hex(archive.headHash))
            out.key("last")
            out.value(archive.last)
            if let sha256 {
              out.key("sha256")
              out.value(sha256)
            }
          }
        }
      }
      out.key("removed")
      out.value(isDone)
    }
    return out
  }
}
