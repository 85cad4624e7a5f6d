import Bot
import Core
import Testing

@Suite("Memory and files, watched")
struct PolicyWatchTests {
  @Test func memoryIsToldOnceAMinuteWhileItIsTooMuch() {
    var watch = PolicyWatch(policy: "hrm", limitMebibytes: 100, checkSeconds: 0)
    var told: [Int] = []
    for second in 0..<200 {
      let resident = (10..<150).contains(second) ? 101 : 100
      if !watch.look(at: second, residentMebibytes: resident, files: { .good }).isEmpty { told.append(second) }
    }
    #expect(told == [10, 70, 130])
    var free = PolicyWatch(policy: "hrm", limitMebibytes: 0, checkSeconds: 0)
    #expect(free.look(at: 0, residentMebibytes: 1_000_000, files: { .bad("never looked at") }).isEmpty)
  }

  @Test func filesMustBeBadTwiceInARow() {
    var watch = PolicyWatch(policy: "hrm", limitMebibytes: 0, checkSeconds: 10)
    var looks = 0
    var told: [(Int, ControlCommand)] = []
    // Bad at 20 only, then from 40 to 70, good, then bad again for good.
    let bad: Set = [20, 40, 50, 60, 70, 90, 100, 110]
    for second in 0..<120 {
      let commands = watch.look(at: second, residentMebibytes: 1) {
        looks += 1
        return bad.contains(second) ? .bad("damaged") : .good
      }
      told += commands.map { (second, $0) }
    }
    #expect(looks == 11, "the start itself has verified them")
    #expect(told.map(\.0) == [50, 100])
    #expect(told.allSatisfy { $0.1 == .archiveMismatch(policy: "hrm", evidence: "damaged") })
  }
}
