import Control
import Core
import Foundation
import Synchronization
import Testing

@Suite("An order is handed over before a stop or not at all")
struct LastGateTests {
  private func request(_ isReduceOnly: Bool = false) -> OrderRequest {
    OrderRequest(
      clientID: ClientOrderID(sequence: 1, role: .entry), instrument: InstrumentID(index: 0), side: .buy, kind: .market,
      quantity: Quantity(raw: 1), isReduceOnly: isReduceOnly)
  }

  /// Closing orders of a stop are never pairs, so none leaves once a stop of more than `reduce` holds.
  @Test func aPairLeavesWholeOrNotAtAll() throws {
    let position = PositionView(side: .long, quantity: Quantity(raw: 1), totalCostQuote: .zero, entryTime: nil)
    func order(_ role: OrderRole, _ kind: OrderKind) throws -> ProtectiveOrder {
      try #require(
        ProtectiveOrder(sequence: 1, role: role, instrument: InstrumentID(index: 0), position: position, kind: kind))
    }
    let pair = try #require(
      ProtectivePair(
        limit: try order(.takeProfit, .limit(Price(raw: 2))),
        stop: try order(.protectiveStop, .stopMarket(trigger: Price(raw: 1)))))
    for (level, isOpen) in [(StopLevel?.none, true), (.reduce, true), (.stop, false), (.flatten, false)] {
      let gate = StopGate()
      if let level { gate.close(level, source: .file, reason: "test") }
      var handedOver = 0
      #expect(gate.pass(pair: pair) { handedOver += 1 } == isOpen)
      #expect(handedOver == (isOpen ? 1 : 0))
    }
    struct Plain: LastGate {
      func pass(_ request: OrderRequest, _ handOver: () -> Void) -> Bool { true }
    }
    #expect(!Plain().pass(pair: pair) { Issue.record("a gate that knows no pairs let one pass") })
  }

  @Test func nothingIsHandedOverAfterClosingReturned() {
    // Threads that hand over as fast as they can, and one that closes: each look at the flag inside the hand-over would
    // find it set if the two could overlap or change places.
    for round in 0..<200 {
      let gate = StopGate()
      let isClosed = Atomic(false)
      let late = Atomic(0)
      let passed = Atomic(0)
      DispatchQueue.concurrentPerform(iterations: 4) { lane in
        if lane == 0 {
          for _ in 0..<(round * 3) { _ = gate.level }
          gate.close(.stop, source: .file, reason: "test")
          isClosed.store(true, ordering: .sequentiallyConsistent)
        } else {
          for _ in 0..<500 {
            let isPassed = gate.pass(request()) {
              if isClosed.load(ordering: .sequentiallyConsistent) { late.add(1, ordering: .relaxed) }
              passed.add(1, ordering: .relaxed)
            }
            if !isPassed { break }
          }
        }
      }
      #expect(late.load(ordering: .relaxed) == 0)
      #expect(!gate.pass(request()) { Issue.record("handed over after the stop") })
    }
  }

  @Test func itPassesWhatTheLevelAllows() {
    let gate = StopGate()
    gate.close(.reduce, source: .file, reason: "")
    #expect(!gate.pass(request()) {} && gate.pass(request(true)) {})
    gate.close(.stop, source: .file, reason: "")
    #expect(!gate.pass(request(true)) {})
  }
}
