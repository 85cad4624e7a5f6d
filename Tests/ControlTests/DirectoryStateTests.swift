import Control
import Core
import Files
import Glibc
import Testing

@Suite("A control directory that cannot be trusted says so; a STOP in it counts whatever it is")
struct DirectoryStateTests {
  @Test func aDirectoryWithoutRightsIsAProblemForTheSuperuserToo() throws {
    let scratch = try Scratch()
    let control = ControlDirectory(path: scratch.path)
    #expect(control.read().problem == nil)
    for mode: mode_t in [0o000, 0o200, 0o400, 0o100] {
      chmod(scratch.path, mode)
      #expect(control.read().problem?.contains("denied") == true, "\(mode)")
    }
    chmod(scratch.path, 0o755)
    #expect(control.read().problem == nil)
  }

  @Test func aMissingOrOtherThingIsAProblem() throws {
    let scratch = try Scratch()
    #expect(ControlDirectory(path: scratch.path + "/none").read().problem != nil)
    scratch.put("", "file")
    #expect(ControlDirectory(path: scratch.path + "/file").read().problem != nil)
    #expect(symlink(scratch.path + "/loop", scratch.path + "/loop") == 0)
    #expect(ControlDirectory(path: scratch.path + "/loop").read().problem != nil)
  }

  @Test(.enabled(if: geteuid() == 0, "only root can make device nodes"))
  func aDeviceNodeStops() throws {
    let scratch = try Scratch()
    let control = ControlDirectory(path: scratch.path)
    // The terminal's major number: opening it could take it over.
    guard mknod(control.stopPath, S_IFCHR | 0o644, 5 << 8) == 0 else { return }
    #expect(control.read().stop?.level == .stop)
  }

  @Test func whatTheReadingCostsIsBounded() throws {
    let scratch = try Scratch()
    let control = ControlDirectory(path: scratch.path)
    let file = open(control.stopPath, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    #expect(ftruncate(file, 1 << 30) == 0)
    close(file)
    let before = SystemTime().monotonicNanoseconds
    for _ in 0..<100 { #expect(control.read().stop?.level == .stop) }
    // A gigabyte read through would take minutes.
    #expect(SystemTime().monotonicNanoseconds - before < 5_000_000_000)
  }
}

@Suite("The heartbeat's file")
struct HeartbeatFileTests {
  @Test func whatIsWrittenIsRead() throws {
    let scratch = try Scratch()
    let file = HeartbeatFile(path: scratch.path + "/heartbeat")
    #expect(file.read() == nil)
    let beat = Heartbeat(
      sequence: 7, process: 42, state: .halted, latch: "L1-x", level: .flatten, prices: ["A": Price(raw: 5)])
    umask(0o077)
    #expect(file.write(beat))
    #expect(file.read() == beat)
    var status = stat()
    // The guard is another user.
    #expect(stat(file.path, &status) == 0 && status.st_mode & 0o777 == 0o644)
    #expect(beat.differs(from: nil) && !beat.differs(from: beat))
    var next = beat
    next.sequence = 8
    #expect(next.differs(from: beat))
    (next.sequence, next.process) = (7, 43)
    #expect(next.differs(from: beat))
  }

  @Test func whatIsNoBeatIsNoSignOfLife() throws {
    let scratch = try Scratch()
    let file = HeartbeatFile(path: scratch.path + "/heartbeat")
    for text in ["", "{}", "null", "{\"sequence\":-1}", "\u{0}", String(repeating: "[", count: 5000)] {
      scratch.put(text, "heartbeat")
      #expect(file.read() == nil, "\(text.prefix(20))")
    }
    unlink(file.path)
    mkfifo(file.path, 0o644)
    #expect(file.read() == nil)
    #expect(
      !HeartbeatFile(path: scratch.path + "/none/heartbeat").write(Heartbeat(sequence: 1, process: 1, state: .active)))
  }
}
