import Bot
import Control
import Core
import Files
import Foundation
import Glibc
import Testing

@Suite("The control directory and the inbox of commands")
struct ControlTests {
  private func write(_ bytes: [UInt8], _ path: String) { Scratch.put(bytes, path) }

  @Test func everyHostileStopFileStops() throws {
    let contents: [(String, [UInt8], StopLevel)] = [
      ("empty", [], .stop), ("NUL", [0, 0, 0], .stop), ("bad UTF-8", [0xFF, 0xFE, 0xC0], .stop),
      ("wrong JSON", Array("{\"level\":".utf8), .stop), ("array", Array("[1,2]".utf8), .stop),
      ("unknown level", Array("{\"level\":\"none\"}".utf8), .stop), ("number", Array("{\"level\":3}".utf8), .stop),
      ("resume in it", Array("{\"resume\":true,\"latch\":\"x\"}".utf8), .stop),
      ("word", Array("flatten\n".utf8), .flatten),
      ("level", Array("{\"level\":\"reduce\",\"reason\":\"slow\"}".utf8), .reduce),
      ("upper case", Array("FLATTEN".utf8), .stop), ("4 KiB", [UInt8](repeating: 65, count: 4096), .stop),
      ("over 4 KiB", [UInt8](repeating: 65, count: 4097), .stop),
      ("deep JSON", [UInt8](repeating: 91, count: 4000), .stop),
    ]
    for (name, bytes, level) in contents {
      let scratch = try Scratch()
      let directory = ControlDirectory(path: scratch.path)
      write(bytes, directory.stopPath)
      let reading = directory.read()
      #expect(reading.stop?.level == level, "\(name)")
      #expect(reading.problem == nil && reading.stop.map { $0.reason.count <= 250 } == true, "\(name)")
      #expect(reading.stop?.reason.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 } == true, "\(name)")
    }
  }

  @Test func everythingElseByThatNameStopsToo() throws {
    let makers: [(String, (String) -> Void)] = [
      ("directory", { mkdir($0, 0o755) }), ("FIFO", { mkfifo($0, 0o644) }),
      ("dangling link", { symlink("/nowhere/at/all", $0) }), ("link to a file", { symlink("/etc/hostname", $0) }),
      ("link to itself", { symlink($0, $0) }),
      (
        "sparse giant",
        {
          let file = open($0, O_WRONLY | O_CREAT, 0o644)
          ftruncate(file, 1 << 30)
          close(file)
        }
      ),
      (
        "socket",
        {
          let handle = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
          DatagramServer.bind(handle, to: $0)
          close(handle)
        }
      ),
    ]
    for (name, make) in makers {
      let scratch = try Scratch()
      let directory = ControlDirectory(path: scratch.path)
      make(directory.stopPath)
      #expect(directory.read().stop?.level == .stop, "\(name)")
      #expect(directory.read().stop?.reason.hasPrefix("STOP is present (") == true, "\(name)")
    }
  }

  @Test func aDirectoryThatCannotBeTrustedSaysSo() throws {
    let scratch = try Scratch()
    let clear = ControlDirectory(path: scratch.path).read()
    #expect(clear.stop == nil && clear.resumeLatchID == nil && clear.problem == nil)
    #expect(ControlDirectory(path: scratch.path + "/missing").read().problem?.contains("No such file") == true)
    write([], scratch.path + "/file")
    let file = ControlDirectory(path: scratch.path + "/file").read()
    #expect(file.problem?.contains("not a directory") == true && file.stop == nil)
    #expect(ControlDirectory(path: scratch.path).warning == nil)
    chmod(scratch.path, 0o777)
    #expect(ControlDirectory(path: scratch.path).warning?.contains("writable by everybody") == true)
    #expect(ControlDirectory(path: scratch.path).read().problem == nil)
    chmod(scratch.path, 0o755)
  }

  @Test func resumeFilesNameALatch() throws {
    let scratch = try Scratch()
    let directory = ControlDirectory(path: scratch.path)
    let cases: [(String, String?)] = [
      ("{\"latch\":\"L7-abc\"}", "L7-abc"), (" L7-abc \n", "L7-abc"), ("", nil), ("\n", nil),
      ("{\"latch\":3}", "{\"latch\":3}"),
    ]
    for (text, id) in cases {
      write(Array(text.utf8), directory.resumePath)
      #expect(directory.read().resumeLatchID == id, "\(text)")
    }
    unlink(directory.resumePath)
    mkfifo(directory.resumePath, 0o644)
    #expect(directory.read().resumeLatchID == nil)
  }

  @Test func commandsComeInOrderAndHostileFilesAreRefused() throws {
    let scratch = try Scratch()
    let inbox = CommandInbox(stateDirectory: scratch.path)
    #expect(inbox.take().isEmpty)
    try inbox.prepare()
    write(Array("{\"command\":\"promote\",\"policy\":\"hrm\"}".utf8), inbox.path + "/b.json")
    write(Array("{\"command\":\"rollback\",\"reason\":\"a\\nb\"}".utf8), inbox.path + "/a.json")
    write(Array("ignored".utf8), inbox.path + "/notes.txt")
    let hostile: [(String, [UInt8])] = [
      ("c", Array("{\"command\":\"promote\"}".utf8)), ("d", Array("{\"command\":\"resume\"}".utf8)), ("e", []),
      ("f", [0xFF, 0, 0xFE]), ("g", [UInt8](repeating: 32, count: 5000)), ("h", Array("[]".utf8)),
    ]
    for (name, bytes) in hostile { write(bytes, "\(inbox.path)/\(name).json") }
    mkfifo(inbox.path + "/i.json", 0o600)
    symlink("/etc/hostname", inbox.path + "/j.json")
    let taken = inbox.take()
    #expect(taken.map(\.0) == [.rollBack(to: nil, reason: "a b"), .promote("hrm")])
    for name in ["c", "d", "e", "f", "g", "h", "i", "j"] {
      #expect(text("\(inbox.path)/\(name).reply") == "refused: not a command", "\(name)")
    }
    taken[1].1("policy in charge: hrm")
    #expect(text(inbox.path + "/b.reply") == "policy in charge: hrm")
    #expect(inbox.take().isEmpty)
    #expect(text(inbox.path + "/notes.txt") == "ignored")
    try inbox.prepare()
    #expect(try FileManager.default.contentsOfDirectory(atPath: inbox.path).isEmpty)
  }

  @Test func aCommandThatCannotBeRemovedIsNotCarriedOut() throws {
    let scratch = try Scratch()
    let inbox = CommandInbox(stateDirectory: scratch.path)
    try inbox.prepare()
    mkdir(inbox.path + "/a.json", 0o700)
    #expect(inbox.take().isEmpty)
    #expect(text(inbox.path + "/a.reply") == nil, "what stays would be answered at every look")
  }

  @Test func noMoreThanSixteenCommandsAtOnce() throws {
    let scratch = try Scratch()
    let inbox = CommandInbox(stateDirectory: scratch.path)
    try inbox.prepare()
    for index in 0..<20 {
      write(Array("{\"command\":\"promote\",\"policy\":\"p\(index)\"}".utf8), "\(inbox.path)/\(100 + index).json")
    }
    #expect(inbox.take().count == CommandInbox.maximumWaiting)
    #expect(inbox.take().map(\.0) == (16..<20).map { .promote("p\($0)") })
  }

  @Test func askingWaitsForTheAnswer() async throws {
    let scratch = try Scratch()
    let inbox = CommandInbox(stateDirectory: scratch.path)
    try inbox.prepare()
    let request = CommandInbox.Request(command: "rollback", policy: "flat", reason: "odd")
    #expect(try inbox.ask(request, waitMillis: 40) == nil)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: inbox.path).isEmpty, "an unanswered command is taken back")
    let path = scratch.path
    let answering = Task.detached {
      let inbox = CommandInbox(stateDirectory: path)
      for _ in 0..<500 {
        if let (command, reply) = inbox.take().first { return reply("\(command)") }
        try? await Task.sleep(for: .milliseconds(10))
      }
    }
    let answer = try inbox.ask(request, waitMillis: 5000)
    await answering.value
    #expect(answer == "\(ControlCommand.rollBack(to: "flat", reason: "odd"))")
    #expect(throws: FileError.self) {
      try CommandInbox(stateDirectory: path + "/missing").ask(request, waitMillis: 20)
    }
    #expect(throws: FileError.self) { try CommandInbox(stateDirectory: path + "/missing").prepare() }
  }

  private func text(_ path: String) -> String? {
    (try? Data(contentsOf: URL(fileURLWithPath: path))).map { String(decoding: $0, as: UTF8.self) }
  }
}
