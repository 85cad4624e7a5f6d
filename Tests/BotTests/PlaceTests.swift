import Bot
import Control
import Core
import Files
import Foundation
import Glibc
import Settings
import Testing

@Suite("State directory, lock, log, service manager, doctor")
struct PlaceTests {
  @Test func theStateDirectoryIsChosenByOptionThenEnvironment() {
    let environment = ["HRMBOT_HOME": "/a/b/../c", "XDG_STATE_HOME": "/x", "HOME": "/h"]
    #expect(StateDirectory(path: "/given", environment: environment).path == "/given")
    #expect(StateDirectory(path: nil, environment: environment).path == "/a/c")
    #expect(StateDirectory(path: nil, environment: ["HRMBOT_HOME": "", "XDG_STATE_HOME": "/x"]).path == "/x/hrmbot")
    #expect(
      StateDirectory(path: nil, environment: ["XDG_STATE_HOME": "", "HOME": "/h"]).path == "/h/.local/state/hrmbot")
    #expect(StateDirectory(path: nil, environment: [:]).path.hasSuffix("/.local/state/hrmbot"))
    let apart = StateDirectory(path: "/s", environment: ["HRMBOT_CONTROL": "/run/control"])
    #expect(
      apart.controlPath == "/run/control" && StateDirectory(path: "/s", environment: [:]).controlPath == "/s/control")
  }

  @Test func preparingMakesDirectoriesForTheOwnerAlone() throws {
    let scratch = try Scratch()
    let home = StateDirectory(path: scratch.path + "/deep/er/home", environment: [:])
    try home.prepare()
    try home.prepare()
    var status = stat()
    #expect(stat(home.path, &status) == 0 && status.st_mode & 0o777 == 0o700)
    #expect(stat(home.controlPath, &status) == 0 && status.st_mode & 0o022 == 0)
    #expect(ControlDirectory(path: home.controlPath).read().problem == nil)
    Scratch.put([], scratch.path + "/file")
    #expect(throws: FileError.self) {
      try StateDirectory(path: scratch.path + "/file/home", environment: [:]).prepare()
    }
    let apart = StateDirectory(path: scratch.path + "/two", environment: ["HRMBOT_CONTROL": scratch.path + "/ops"])
    try apart.prepare()
    #expect(access(scratch.path + "/ops", F_OK) != 0, "the operators' directory is theirs to make")
  }

  @Test func oneLockOneHolder() throws {
    let scratch = try Scratch()
    let path = scratch.path + "/lock"
    #expect(DirectoryLock.holder(path: path) == nil)
    do {
      let lock = try DirectoryLock(path: path)
      #expect(DirectoryLock.holder(path: path) == getpid())
      do {
        _ = try DirectoryLock(path: path)
        Issue.record("a second lock was given")
      } catch let error as FileError {
        #expect(error.code == EWOULDBLOCK && error.description.contains("is another bot running?"))
      }
      withExtendedLifetime(lock) {}
    }
    #expect(DirectoryLock.holder(path: path) == nil)
    #expect(throws: Never.self) { try DirectoryLock(path: path) }
    #expect(throws: FileError.self) { try DirectoryLock(path: scratch.path + "/none/lock") }
  }

  @Test func aLogLineIsOneLineOfJSON() throws {
    let scratch = try Scratch()
    let path = scratch.path + "/log"
    let log = EventLog(path: path, minimum: .notice, time: VirtualTime(start: Timestamp(milliseconds: 0)))
    let hostile = "a\nb\r\u{1B}[31mred\u{1B}[0m \"quoted\" \\ \u{0} \u{7F} ünï"
    log.write(.warning, hostile)
    log.write(.info, "below the minimum")
    log.write(line: Array("{}".utf8), .debug)
    log.write(line: Array("{\"own\":1}".utf8), .critical)
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 3 && lines[1] == "{\"own\":1}" && lines[2].isEmpty)
    #expect(lines[0].utf8.allSatisfy { $0 >= 32 && $0 != 127 }, "no control character leaves")
    let object = try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: String]
    #expect(object?["message"] == hostile && object?["level"] == "warning" && object?["at"]?.hasPrefix("1970") == true)
  }

  @Test func aFullLogIsSetAside() throws {
    let scratch = try Scratch()
    let path = scratch.path + "/log"
    truncate(path, at: off_t(EventLog.rotationBytes - 100))
    let log = EventLog(path: path, time: VirtualTime())
    log.write(.error, String(repeating: "x", count: 200))
    log.write(.error, "second")
    var status = stat()
    #expect(stat(path + ".1", &status) == 0 && status.st_size == EventLog.rotationBytes - 100)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.split(separator: "\n").count == 2 && text.contains("second"))
  }

  /// As logrotate does with copytruncate: nothing is to be set aside then, and what another set aside stays.
  @Test func aLogThatWasEmptiedGoesOn() throws {
    let scratch = try Scratch()
    let path = scratch.path + "/log"
    truncate(path, at: off_t(EventLog.rotationBytes - 100))
    let log = EventLog(path: path, time: VirtualTime())
    truncate(path, at: 0)
    log.write(.error, String(repeating: "x", count: 200))
    log.write(.error, "second")
    var status = stat()
    #expect(stat(path + ".1", &status) != 0)
    #expect(try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count == 2)
  }

  private func truncate(_ path: String, at size: off_t) {
    let file = open(path, O_WRONLY | O_CREAT, 0o600)
    ftruncate(file, size)
    close(file)
  }

  @Test func levelsAreInJournaldsOrder() {
    let levels: [LogLevel] = [.debug, .info, .notice, .warning, .error, .critical]
    #expect(levels.map(\.priority) == [7, 6, 5, 4, 3, 2] && levels.sorted() == levels)
  }

  @Test func theServiceManagerHears() throws {
    let scratch = try Scratch()
    #expect(!ServiceManager(environment: [:]).isPresent)
    ServiceManager(environment: [:]).notify("READY=1")
    for path in [scratch.path + "/notify", "@hrmbot-test-\(getpid())"] {
      let server = DatagramServer(path: path)
      let manager = ServiceManager(environment: ["NOTIFY_SOCKET": path, "WATCHDOG_USEC": "5000000"])
      #expect(manager.isPresent && manager.watchdogMillis == 5000)
      manager.notify("READY=1\nSTATUS=paper")
      manager.notify("WATCHDOG=1")
      #expect(
        server.receive() == "READY=1\nSTATUS=paper" && server.receive() == "WATCHDOG=1" && server.receive() == nil)
    }
    // Nobody listens, or the name is impossible: silent.
    for path in [scratch.path + "/none", String(repeating: "x", count: 300), ""] {
      ServiceManager(environment: ["NOTIFY_SOCKET": path, "WATCHDOG_USEC": "soon"]).notify("READY=1")
    }
    #expect(ServiceManager(environment: ["WATCHDOG_USEC": "soon"]).watchdogMillis == nil)
  }

  private func grades(
    _ home: StateDirectory, settings: Result<BotSettings, any Error> = .success(BotSettings()), path: String? = nil
  ) -> [String: Finding] {
    let found = Doctor.examine(home: home, settings: settings, settingsPath: path)
    return Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0) })
  }

  @Test func theDoctorFindsWhatIsWrong() throws {
    let scratch = try Scratch()
    let home = StateDirectory(path: scratch.path + "/home", environment: [:])
    let fresh = grades(home)
    #expect(fresh.count == 10 && fresh["state directory"]?.grade == .good && fresh["stop latch"]?.grade == .good)
    #expect(fresh["model"]?.grade == .good && fresh["settings"]?.grade == .good && fresh["instruments"]?.grade == .good)
    try home.prepare()
    chmod(home.path, 0o755)
    try DurableFile.replace(home.controlPath + "/STOP", with: Array("flatten".utf8))
    Scratch.put([1], home.path + "/latch.json")
    Scratch.put(Array("instruments: 3".utf8), scratch.path + "/instruments.yaml")
    var settings = BotSettings()
    settings.policy.modelDirectory = scratch.path + "/no-model"
    let sick = grades(home, settings: .success(settings), path: scratch.path + "/settings.yaml")
    #expect(sick["state directory"]?.grade == .warning && sick["control directory"]?.text.contains("flatten") == true)
    #expect(sick["stop latch"]?.grade == .warning && sick["model"]?.grade == .bad && sick["instruments"]?.grade == .bad)
    chmod(home.controlPath, 0o777)
    mkdir(scratch.path + "/no-model", 0o700)
    let worse = grades(home, settings: .failure(StartError("bad", exitCode: 78)))
    #expect(worse["control directory"]?.grade == .bad && worse["settings"]?.grade == .bad)
    #expect(worse["model"]?.grade == .warning)
    #expect(grades(home, settings: .success(settings))["model"]?.remedy == "hrmbot model new")
    for finding in worse.values {
      let object = try JSONSerialization.jsonObject(with: Data(finding.json().bytes)) as? [String: Any]
      #expect(object?["name"] as? String == finding.name && object?["grade"] as? String == finding.grade.rawValue)
    }
  }

  @Test func theDoctorKnowsAGoodModel() throws {
    let runs = try Runs()
    var settings = BotSettings()
    settings.policy.modelDirectory = try runs.makeModel()
    let found = grades(runs.home, settings: .success(settings))["model"]
    #expect(found?.grade == .warning && found?.text.contains("UNTRAINED") == true)
  }
}
