import Bot
import Control
import Core
import Files
import Foundation
import Glibc
import Testing

@Suite("Files that must survive")
struct LatchFileTests {
  private let latch = StopLatch(
    id: "L42-abc", level: .flatten, source: .lossLimit, reason: "down \u{7} \"3 %\"",
    at: Timestamp(milliseconds: 1_700_000_000_000))

  @Test func aLatchComesBackAsItWas() throws {
    let scratch = try Scratch()
    let file = LatchFile(stateDirectory: scratch.path)
    #expect(file.read() == nil)
    try file.write(latch)
    #expect(file.read() == latch)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["latch.json"], "nothing is left beside it")
    var status = stat()
    #expect(stat(file.path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    try file.clear()
    try file.clear()
    #expect(file.read() == nil)
  }

  @Test func whatCannotBeReadIsALatch() throws {
    let makers: [(String, (String) -> Void)] = [
      ("empty", { Scratch.put([], $0) }),
      ("cut off", { Scratch.put(Array("{\"id\":\"L1\",".utf8), $0) }),
      (
        "another level",
        {
          let text = "{\"id\":\"L1\",\"level\":\"none\",\"source\":\"file\",\"reason\":\"\",\"at\":0}"
          Scratch.put(Array(text.utf8), $0)
        }
      ),
      ("too long", { Scratch.put([UInt8](repeating: 0, count: 5000), $0) }),
      ("directory", { mkdir($0, 0o700) }), ("link", { symlink("/dev/null", $0) }), ("FIFO", { mkfifo($0, 0o600) }),
    ]
    for (name, make) in makers {
      let scratch = try Scratch()
      let file = LatchFile(stateDirectory: scratch.path)
      make(file.path)
      #expect(file.read()?.level == .stop && file.read()?.id.hasPrefix("L-unreadable-") == true, "\(name)")
    }
  }

  @Test func aFailedReplaceLeavesTheOldFile() throws {
    let scratch = try Scratch()
    let path = scratch.path + "/file"
    try DurableFile.replace(path, with: Array("old".utf8))
    mkdir("\(path).new-\(getpid())", 0o700)
    #expect(throws: FileError.self) { try DurableFile.replace(path, with: Array("new".utf8)) }
    #expect(DurableFile.readSmall(path, limit: 10) == .bytes(Array("old".utf8)))
    rmdir("\(path).new-\(getpid())")
    try DurableFile.replace(path, with: [])
    #expect(DurableFile.readSmall(path, limit: 10) == .bytes([]))
    #expect(throws: FileError.self) { try DurableFile.replace(scratch.path + "/none/file", with: [1]) }
    // A directory in its place cannot be replaced, and the temporary file does not stay.
    mkdir(scratch.path + "/directory", 0o700)
    #expect(throws: FileError.self) { try DurableFile.replace(scratch.path + "/directory", with: [1]) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted() == ["directory", "file"])
    do { try DurableFile.remove(scratch.path + "/directory") } catch {
      #expect("\(error)".contains("unlink"))
    }
  }

  @Test func aWriteToAFullDiskIsAnError() {
    // /dev/full stands for a disk without room; its temporary name cannot be made beside it.
    #expect(throws: FileError.self) { try DurableFile.replace("/dev/full/x", with: [1]) }
  }

  @Test func readingIsBounded() throws {
    let scratch = try Scratch()
    let path = scratch.path + "/file"
    try DurableFile.replace(path, with: [1, 2, 3, 4])
    #expect(DurableFile.readSmall(path, limit: 4) == .bytes([1, 2, 3, 4]))
    #expect(DurableFile.readSmall(path, limit: 3) == .unreadable("over 3 bytes"))
    #expect(DurableFile.readSmall(path + "/below", limit: 3) == .missing)
  }
}
