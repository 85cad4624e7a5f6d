import Bot
import Control
import Core
import Files
import Foundation
import Glibc
import Synchronization
import Testing

@Suite("The watcher sees what stands in the control directory")
struct WatcherTests {
  /// A watcher over fresh directories and what it found.
  private struct World {
    let scratch: Scratch
    let control: ControlDirectory
    let gate = StopGate()
    let found = Lines()
    let watcher: ControlWatcher

    init(
      pollMillis: Int = 20, time: any TimeSource = SystemTime(),
      before: @escaping @Sendable (ControlCommand) -> Void = { _ in }
    ) throws {
      scratch = try Scratch()
      control = ControlDirectory(path: scratch.path + "/control")
      mkdir(control.path, 0o755)
      let inbox = CommandInbox(stateDirectory: scratch.path)
      try inbox.prepare()
      let found = found
      watcher = ControlWatcher(
        directory: control, inbox: inbox, gate: gate, pollMillis: pollMillis, time: time
      ) { input in
        if case .control(let command, let reply) = input {
          before(command)
          found.add("\(command)")
          reply?("done")
        }
      }
    }

    func put(_ text: String, _ name: String) throws {
      try DurableFile.replace("\(control.path)/\(name)", with: Array(text.utf8), mode: 0o644)
    }

    /// Waits, long beyond any reasonable time, until something holds.
    func until(_ condition: () -> Bool) async -> Bool {
      for _ in 0..<1000 {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(5))
      }
      return false
    }
  }

  @Test func stopThenResumeThenStopAgain() async throws {
    let world = try World()
    let first = world.watcher.lookBeforeStart()
    #expect(first.stop == nil && world.gate.level == nil)
    world.watcher.start(after: first)
    defer { world.watcher.stop() }
    try world.put("reduce", "STOP")
    #expect(await world.until { world.gate.level == .reduce })
    try world.put("flatten", "STOP")
    #expect(await world.until { world.gate.level == .flatten })
    #expect(await world.until { world.found.all.count == 2 })
    // A RESUME beside STOP does nothing; with STOP gone it is tried once.
    try world.put("L1-x", "RESUME")
    try await Task.sleep(for: .milliseconds(100))
    #expect(world.found.all.count == 2)
    try DurableFile.remove(world.control.stopPath)
    #expect(await world.until { world.found.all.count == 3 })
    try await Task.sleep(for: .milliseconds(100))
    #expect(world.found.all.count == 3 && world.found.all[2] == "\(ControlCommand.resume(latchID: "L1-x"))")
    #expect(world.gate.open(unlessClosedSince: world.gate.generation))
    // A RESUME left lying resumes nothing of a later stop.
    try world.put("stop", "STOP")
    #expect(await world.until { world.gate.level == .stop })
    #expect(await world.until { world.found.all.count == 4 })
  }

  /// Its thread held by a debugger, or a disk that does not answer: a STOP would stand there unseen.
  @Test func looksThatEndAreNoticed() async throws {
    let time = VirtualTime()
    let world = try World(time: time)
    let lost = "\(ControlCommand.degrade(.controlDirectoryLost, isOn: true))"
    #expect(world.watcher.isLooking())
    time.set(Timestamp(milliseconds: 2000))
    #expect(world.watcher.isLooking() && world.found.all.isEmpty)
    time.set(Timestamp(milliseconds: 2001))
    #expect(!world.watcher.isLooking() && !world.watcher.isLooking() && world.found.all == [lost], "said once")
    world.watcher.start(after: world.watcher.lookBeforeStart())
    defer { world.watcher.stop() }
    #expect(await world.until { world.watcher.isLooking() && world.found.all.count == 2 })
    #expect(world.found.all.last == "\(ControlCommand.degrade(.controlDirectoryLost, isOn: false))")
  }

  /// A look that comes just while the loss is told must be told after it: else the bot would never open anything again.
  @Test func aLookDuringTheNewsOfItsLossIsToldAfterIt() async throws {
    let time = VirtualTime()
    let start = Mutex<(@Sendable () -> Void)?>(nil)
    let world = try World(time: time) { command in
      guard case .degrade(.controlDirectoryLost, isOn: true) = command else { return }
      start.withLock { $0 }?()
      usleep(200_000)
    }
    start.withLock { [watcher = world.watcher] in $0 = { watcher.start(after: watcher.lookBeforeStart()) } }
    defer {
      start.withLock { $0 = nil }
      world.watcher.stop()
    }
    #expect(world.watcher.isLooking())
    time.set(Timestamp(milliseconds: 2001))
    #expect(!world.watcher.isLooking())
    #expect(await world.until { world.found.all.count == 2 })
    #expect(
      world.found.all
        == [true, false].map { "\(ControlCommand.degrade(.controlDirectoryLost, isOn: $0))" })
  }

  @Test func aStopThatWasThereBeforeCountsAtOnceAndOnce() async throws {
    let world = try World()
    try world.put("{\"level\":\"flatten\",\"reason\":\"old\"}", "STOP")
    let first = world.watcher.lookBeforeStart()
    #expect(first.stop?.level == .flatten && first.stop?.reason == "old" && world.gate.level == .flatten)
    world.watcher.start(after: first)
    try await Task.sleep(for: .milliseconds(120))
    world.watcher.stop()
    world.watcher.stop()
    #expect(world.found.all.isEmpty)
  }

  @Test func aLostDirectoryDegradesAndThenStops() async throws {
    let world = try World()
    world.watcher.start(after: world.watcher.lookBeforeStart())
    defer { world.watcher.stop() }
    rename(world.control.path, world.control.path + ".away")
    #expect(await world.until { world.found.all.count >= 1 })
    #expect(world.found.all[0] == "\(ControlCommand.degrade(.controlDirectoryLost, isOn: true))")
    #expect(await world.until { world.gate.level == .stop })
    #expect(world.gate.closure?.source == .controlDirectory)
    rename(world.control.path + ".away", world.control.path)
    #expect(await world.until { world.found.all.count == 3 })
    #expect(world.found.all.last == "\(ControlCommand.degrade(.controlDirectoryLost, isOn: false))")
    #expect(world.gate.level == .stop, "a directory that comes back lifts no stop")
  }

  @Test func aReplacedDirectoryIsWatchedOn() async throws {
    let world = try World()
    world.watcher.start(after: world.watcher.lookBeforeStart())
    defer { world.watcher.stop() }
    rename(world.control.path, world.control.path + ".away")
    mkdir(world.control.path, 0o755)
    try await Task.sleep(for: .milliseconds(60))
    mkfifo(world.control.stopPath, 0o644)
    #expect(await world.until { world.gate.level == .stop })
  }

  @Test func commandsOfTheInboxReachTheEngine() async throws {
    let world = try World()
    world.watcher.start(after: world.watcher.lookBeforeStart())
    defer { world.watcher.stop() }
    let inbox = CommandInbox(stateDirectory: world.scratch.path)
    let reply = try inbox.ask(.init(command: "promote", policy: "hrm", reason: nil), waitMillis: 5000)
    #expect(reply == "done" && world.found.all == ["\(ControlCommand.promote("hrm"))"])
  }

  @Test func aWatchWithoutADirectoryOnlyWaits() throws {
    let scratch = try Scratch()
    let watch = DirectoryWatch(path: scratch.path + "/later")
    watch.wait(milliseconds: 1)
    mkdir(scratch.path + "/later", 0o755)
    watch.wait(milliseconds: 1)
    Scratch.put([], scratch.path + "/later/x")
    let start = SystemTime().monotonicNanoseconds
    watch.wait(milliseconds: 30_000)
    #expect(SystemTime().monotonicNanoseconds - start < 20_000_000_000, "the change ends the wait")
  }
}
