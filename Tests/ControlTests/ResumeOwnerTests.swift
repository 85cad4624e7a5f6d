import Control
import Files
import Foundation
import Glibc
import Testing

@Suite("Whose RESUME counts")
struct ResumeOwnerTests {
  private func directory(owner: uid_t, group: gid_t, mode: mode_t) -> stat {
    var status = stat()
    status.st_uid = owner
    status.st_gid = group
    status.st_mode = S_IFDIR | mode
    return status
  }

  @Test func rootAndTheDirectorysOwnerMayAlways() {
    for mode: mode_t in [0o755, 0o2775, 0o777] {
      let place = directory(owner: 1000, group: 50, mode: mode)
      #expect(ControlDirectory.refusal(of: FileOwner(user: 0, group: 0, links: 1), in: place) == nil)
      #expect(ControlDirectory.refusal(of: FileOwner(user: 1000, group: 7, links: 1), in: place) == nil)
    }
  }

  @Test func theGroupMayWhereItIsTheOnlyOneThatCanWrite() {
    let operatorFile = FileOwner(user: 1001, group: 50, links: 1)
    #expect(
      ControlDirectory.refusal(of: operatorFile, in: directory(owner: 0, group: 50, mode: 0o2775)) == nil)
    // The group cannot write there, or everybody can: then the group of a file says nothing.
    for mode: mode_t in [0o755, 0o2777] {
      let refusal = ControlDirectory.refusal(of: operatorFile, in: directory(owner: 0, group: 50, mode: mode))
      #expect(refusal?.contains("user 1001") == true, "\(mode)")
    }
    let stranger = FileOwner(user: 1001, group: 51, links: 1)
    #expect(ControlDirectory.refusal(of: stranger, in: directory(owner: 0, group: 50, mode: 0o2775)) != nil)
  }

  /// Over HTTP the bot's own user acts: that is no way around what its file would be.
  @Test func aProcessMayResumeWhereItsFileWouldCount() throws {
    let scratch = try Scratch()
    let directory = ControlDirectory(path: scratch.path)
    #expect(directory.refusalOfResume(user: geteuid(), group: getegid()) == nil)
    #expect(directory.refusalOfResume(user: 64_001, group: 64_001)?.contains("own user may not resume") == true)
    try Data().write(to: URL(fileURLWithPath: directory.stopPath))
    #expect(directory.refusalOfResume(user: geteuid(), group: getegid())?.contains("STOP is in") == true)
    #expect(ControlDirectory(path: scratch.path + "/none").refusalOfResume(user: 0, group: 0) != nil)
  }

  @Test func aFileWithASecondNameIsNobodys() {
    let place = directory(owner: 0, group: 0, mode: 0o755)
    #expect(ControlDirectory.refusal(of: FileOwner(user: 0, group: 0, links: 2), in: place) != nil)
  }

  @Test func refusedOnesNameNoLatch() throws {
    let scratch = try Scratch()
    let control = ControlDirectory(path: scratch.path)
    scratch.put("L1-x", "RESUME")
    #expect(control.read().resumeLatchID == "L1-x" && control.read().resumeRefusal == nil)
    #expect(link(control.resumePath, scratch.path + "/other") == 0)
    #expect(control.read().resumeLatchID == nil && control.read().resumeRefusal?.contains("2 names") == true)
    unlink(scratch.path + "/other")
    scratch.put(" \n", "RESUME")
    #expect(control.read().resumeLatchID == nil && control.read().resumeRefusal == "RESUME names no latch")
    unlink(control.resumePath)
    #expect(symlink("/etc/hostname", control.resumePath) == 0)
    #expect(control.read().resumeLatchID == nil && control.read().resumeRefusal?.contains("regular") == true)
    unlink(control.resumePath)
    scratch.put(String(repeating: "x", count: 5000), "RESUME")
    #expect(control.read().resumeLatchID == nil && control.read().resumeRefusal != nil)
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
  func anotherUsersResumeIsRefused() throws {
    let scratch = try Scratch()
    let control = ControlDirectory(path: scratch.path)
    scratch.put("L1-x", "RESUME")
    #expect(chown(control.resumePath, 12_345, 12_345) == 0)
    #expect(control.read().resumeLatchID == nil)
    #expect(control.read().resumeRefusal?.contains("user 12345") == true)
    #expect(chown(control.resumePath, 12_345, 777) == 0 && chown(scratch.path, 0, 777) == 0)
    #expect(chmod(scratch.path, 0o2775) == 0)
    #expect(control.read().resumeLatchID == "L1-x")
  }
}
