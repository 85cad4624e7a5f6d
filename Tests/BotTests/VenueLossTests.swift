import Bot
import Control
import Core
import Execution
import Testing

@Suite struct VenueLossTests {
  /// Nothing is opened from the loss on; after the return the books are asked for without anybody's help, and only they
  /// make the venue ready.
  @Test func theBooksDecideAfterALoss() async throws {
    let rig = try await Rig.make(.init(isHeld: true))
    try await rig.begin([])
    #expect(await rig.supervisor.isVenueReady)
    _ = await rig.command(.degrade(.venueLost, isOn: true))
    #expect(await rig.supervisor.tradingState == .reducing)
    _ = await rig.command(.degrade(.venueLost, isOn: false))
    #expect(await rig.supervisor.tradingState == .active)
    #expect(await !rig.supervisor.isVenueReady, "the question has not even left")
    await rig.drain()
    #expect(await rig.supervisor.isVenueReady)
  }

  private func relay(capacity: Int = 100, maximumBars: Int? = nil) -> (VenueRelay, Mailbox<Ingress>) {
    let mailbox = Mailbox<Ingress>(capacity: capacity, hardLimit: capacity) { _ in .keep }
    return (VenueRelay(mailbox: mailbox, log: EventLog(path: "/dev/null"), maximumBars: maximumBars), mailbox)
  }

  @Test func newsBecomeInputsInTheirOrder() {
    let (relay, mailbox) = relay()
    let report = ExecutionReport.accepted(ClientOrderID(sequence: 1, role: .entry), at: Timestamp(milliseconds: 5))
    for news in [
      ServedNews.connected(epoch: 1), .clockSkew(millis: 5), .clockSkew(millis: 5 + VenueRelay.skewStepMillis - 1),
      .clockSkew(millis: -VenueRelay.skewStepMillis), .report(report), .disconnected(cause: "x"), .connected(epoch: 2),
    ] { #expect(relay.take(news)) }
    var found: [String] = []
    while let input = mailbox.poll() {
      switch input {
      case .control(let command, _): found.append("\(command)")
      case .report(let back): found.append(back == report ? "report" : "another report")
      default: found.append("something else")
      }
    }
    let commands: [ControlCommand] = [
      .clockSkew(millis: 5), .clockSkew(millis: -VenueRelay.skewStepMillis), .degrade(.venueLost, isOn: true),
      .degrade(.venueLost, isOn: false),
    ]
    let words = commands.map { "\($0)" }
    #expect(found == [words[0], words[1], "report", words[2], words[3]])
    #expect(relay.isConnected && relay.sessions == 2 && relay.skewMillis == -VenueRelay.skewStepMillis)
  }

  @Test func aFullMailboxIsSaid() {
    let (relay, mailbox) = relay(capacity: 1)
    let report = ServedNews.report(.accepted(ClientOrderID(sequence: 1, role: .entry), at: Timestamp(milliseconds: 5)))
    #expect(relay.take(report))
    #expect(!relay.take(report))
    #expect(mailbox.count == 1)
  }

  @Test func aRunEndsAfterItsBars() {
    let (relay, mailbox) = relay(maximumBars: 2)
    let bars = Rig.bars(seed: 1, 3)
    for bar in bars { #expect(relay.take(.bar(bar))) }
    var isEnd: [Bool] = []
    while let input = mailbox.poll() {
      if case .end("bar_limit") = input { isEnd.append(true) } else { isEnd.append(false) }
    }
    #expect(isEnd == [false, false, true, false])
  }
}
