import Control
import Core
import Guard
import Testing

@Suite("When the guard acts")
struct GuardWatchTests {
  /// A guard, the bot and the clock, moved by hand in steps of 50 ms.
  private struct Scene {
    var stage: GuardStage
    var now: UInt64 = 1_000_000_000
    var beats: UInt64 = 0
    var reading = ControlReading(stop: nil, problem: nil)
    var held: StopLevel?
    var isBotAlive = true
    var effects: [GuardEffect] = []

    init(_ rules: GuardRules = GuardRules(), forced: GuardAim = .none) {
      stage = GuardStage(rules: rules, instruments: World.instruments(), sequence: 1, forced: forced)
    }

    mutating func pass(_ millis: Int) {
      for step in 0..<(millis / 50) {
        now += 50_000_000
        if isBotAlive && step % 5 == 0 { beats += 1 }
        let beat = Heartbeat(
          sequence: beats, process: 1, state: held?.tradingState ?? .active, latch: held.map { _ in "L1" }, level: held)
        effects += stage.see(reading, beats > 0 ? beat : nil, at: now)
        if effects.contains(.look) {
          effects.removeAll { $0 == .look }
          effects += stage.lookFailed("test", at: now)
        }
      }
    }
    mutating func stop(_ level: StopLevel?) {
      reading.stop = level.map { ControlReading.Stop(level: $0, reason: "test") }
    }
  }

  @Test(arguments: StopLevel.allCases)
  func aConfirmedStopIsLeftToTheBot(level: StopLevel) {
    var scene = Scene()
    scene.pass(1000)
    scene.stop(level)
    scene.pass(300)
    scene.held = level
    scene.pass(20_000)
    #expect(scene.stage.aim == .none && scene.stage.counters.activations == 0)
  }

  @Test(arguments: StopLevel.allCases, [true, false])
  func anUnconfirmedStopIsActedOn(level: StopLevel, isAlive: Bool) {
    var scene = Scene()
    scene.pass(1000)
    scene.stop(level)
    scene.isBotAlive = isAlive
    scene.pass(950)
    #expect(scene.stage.aim == .none)
    scene.pass(200)
    #expect(scene.stage.aim == (level == .reduce ? .cancelEntries : .flatten))
    #expect(scene.effects.contains { if case .notify(event: "guard", _) = $0 { true } else { false } })
  }

  @Test func aBotThatConfirmsAndThenFreezesIsNotTrustedAnyMore() {
    var scene = Scene()
    scene.pass(1000)
    scene.stop(.flatten)
    scene.held = .flatten
    scene.pass(5000)
    #expect(scene.stage.aim == .none)
    scene.isBotAlive = false
    scene.pass(1400)
    #expect(scene.stage.aim == .flatten)
    scene.isBotAlive = true
    scene.pass(500)
    #expect(scene.stage.aim == .none, "it steps back when the bot confirms again")
  }

  @Test func aLatchThatIsTooLowDoesNotConfirm() {
    var scene = Scene()
    scene.held = .reduce
    scene.pass(1000)
    scene.stop(.flatten)
    scene.pass(1500)
    #expect(scene.stage.aim == .flatten)
    // A confirmed stop that is raised must be confirmed anew.
    var raised = Scene()
    raised.held = .stop
    raised.stop(.stop)
    raised.pass(5000)
    #expect(raised.stage.aim == .none)
    raised.stop(.flatten)
    raised.pass(1500)
    #expect(raised.stage.aim == .flatten)
  }

  @Test func aBeatThatLiesThereAtTheStartIsNoConfirmation() {
    var scene = Scene()
    scene.beats = 9
    scene.isBotAlive = false
    scene.held = .flatten
    scene.stop(.flatten)
    scene.pass(1500)
    #expect(scene.stage.aim == .flatten)
  }

  @Test func noBotAtAllAndAStopIsActedOn() {
    var scene = Scene()
    scene.isBotAlive = false
    scene.pass(300)
    scene.stop(.stop)
    scene.pass(1500)
    #expect(scene.stage.aim == .flatten && scene.stage.reason.contains("no bot beats"))
  }

  @Test func silenceWithoutAStopEndsEntriesOnly() {
    var scene = Scene()
    scene.pass(1000)
    scene.isBotAlive = false
    scene.pass(9650)
    #expect(scene.stage.aim == .none)
    scene.pass(500)
    #expect(scene.stage.aim == .cancelEntries)
    scene.isBotAlive = true
    scene.pass(300)
    #expect(scene.stage.aim == .none)
  }

  @Test func aBotThatDiesWhileItStopsLeavesTheRestToTheGuard() {
    var scene = Scene()
    scene.held = .flatten
    scene.pass(1000)
    scene.isBotAlive = false
    scene.pass(11_000)
    #expect(scene.stage.aim == .flatten)
  }

  @Test func theDeadManSwitchIsSetOnceAndTakenBack() {
    var rules = GuardRules()
    rules.deadManMillis = 30_000
    var scene = Scene(rules)
    scene.pass(1000)
    scene.isBotAlive = false
    scene.pass(15_000)
    #expect(scene.effects.filter { if case .armDeadMan = $0 { true } else { false } } == [.armDeadMan(millis: 30_000)])
    scene.isBotAlive = true
    scene.pass(500)
    #expect(scene.effects.last { if case .armDeadMan = $0 { true } else { false } } == .armDeadMan(millis: 0))
  }

  @Test func aLostControlDirectoryCountsAsAStop() {
    var scene = Scene()
    scene.pass(1000)
    scene.reading.problem = "gone"
    scene.pass(400)
    scene.reading.problem = nil
    scene.pass(3000)
    #expect(scene.stage.aim == .none, "a directory that is being replaced is no stop")
    scene.reading.problem = "gone"
    scene.pass(2000)
    #expect(scene.stage.aim == .flatten)
    // The bot stops by itself when the directory is lost, and says so.
    scene.held = .stop
    scene.pass(500)
    #expect(scene.stage.aim == .none)
  }

  @Test func byHandItActsAtOnce() {
    var scene = Scene(forced: .flatten)
    scene.pass(50)
    #expect(scene.stage.aim == .flatten && scene.stage.counters.looks == 1)
    scene.pass(60_000)
    #expect(scene.stage.aim == .flatten)
  }
}
