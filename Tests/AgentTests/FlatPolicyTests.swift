import Agent
import Core
import Testing

@Suite("Flat policy")
struct FlatPolicyTests {
  @Test("By default it leaves positions to their stops; told so, it closes them", arguments: [false, true])
  func closes(closesPositions: Bool) {
    var policy = FlatPolicy(closesPositions: closesPositions)
    let expected: [(PositionSide, Action)] = [
      (.flat, .hold), (.long, closesPositions ? .closeLong : .hold), (.short, closesPositions ? .closeShort : .hold),
    ]
    for (side, action) in expected {
      let seen = observation(tick(close: 1000), position: position(side, entry: price(100), entryTime: 0))
      policy.observe(seen)
      let wish = policy.decide(seen).wish
      #expect(wish?.action == action)
      #expect(wish?.fraction == (action == .hold ? .zero : .one))
      #expect(seen.legalMask.contains(action))
    }
  }

  @Test("Its two forms are two policies")
  func identity() {
    #expect(FlatPolicy().identity.sha256 != FlatPolicy(closesPositions: true).identity.sha256)
    #expect(FlatPolicy().identity == FlatPolicy(closesPositions: false).identity)
  }
}
