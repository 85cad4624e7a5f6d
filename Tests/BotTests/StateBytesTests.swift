import Bot
import Core
import Foundation
import Testing

/// The bytes that journals hold since before these writers were written by hand: a sorting `JSONEncoder` made them.
@Suite("What is written is what an encoder wrote")
struct StateBytesTests {
  /// A state in which every field has a value, every optional one too.
  private let state = #"""
    {"execution":{"cashQuote":"-170141183460469231731.687303715884105728","counters":{"anomalies":20,"cancelled":6,"\#
    differences":22,"duplicateFills":11,"duplicateIntents":1,"expired":8,"filled":5,"fills":10,"fillsAfterEnd":16,"f\#
    oreignFills":13,"foreignReports":19,"gateRefusals":2,"guardFills":14,"intents":0,"malformedFills":17,"overFills"\#
    :15,"reconciliations":21,"rejected":7,"repeatedReports":18,"staleFills":12,"stopsPlaced":3,"stopsRefused":4,"unk\#
    nownOutcomes":9},"ended":[{"acknowledged":true,"cancelRequested":true,"decidedAt":1700000000000,"filled":"0.1","\#
    id":"h8-s0","instrument":{"index":1},"kind":"stop_market","neverPlaced":false,"price":"99.000000001","quantity":\#
    "0.25","reduceOnly":true,"reservePrice":"102","side":"sell","state":"unknown","venueFilled":"0.125"}],"feesQuote\#
    ":"0.000000000000000001","isTied":true,"isUnreconciled":true,"lastDecision":41,"orders":[{"acknowledged":true,"c\#
    ancelRequested":true,"decidedAt":1700000000000,"endsAs":"expired","filled":"0.1","id":"h42-e0","instrument":{"in\#
    dex":1},"kind":"limit","neverPlaced":false,"pair":"h42-t7","price":"101.5","quantity":"0.25","reduceOnly":true,"reservePrice":"1\#
    02","side":"sell","state":"unknown","stopDistance":"1.5","takeProfitDistance":"3","venueFilled":"0.125"},{"ackno\#
    wledged":true,"cancelRequested":true,"decidedAt":1700000000000,"filled":"0.1","id":"h7-s3","instrument":{"index"\#
    :1},"kind":"market","neverPlaced":false,"quantity":"0.25","reduceOnly":true,"reservePrice":"102","side":"sell","\#
    state":"unknown","venueFilled":"0.125"}],"plan":{"level":"flatten","nextAttempt":5,"repricings":4,"sequence":43}\#
    ,"positions":[{"entryTime":1700000000123,"quantity":"0.5","side":-1,"totalCostQuote":"12.345678901234567891"},{"\#
    quantity":"0","side":0,"totalCostQuote":"0"}],"protections":[{"distance":"1.5","isBlocked":false,"isPairBlocked":true,"isTakeProfitBl\#
    ocked":true,"nextAttempt":2,"nextTakeProfit":1,"sequence":42,"takeProfitDistance":"3","unaskedEnds":2,"wish":"st\#
    op"}],"symbols":["A/B","Ü-1"],"trades":{"floor":18446744073709551614,"recent":[18446744073709551615]}},"risk":{"\#
    consecutiveLosses":2,"coolDownUntil":1700000000002,"dayStartEquityQuote":"1000","equityPeakQuote":"1001.25","ins\#
    truments":[{"entry":{"id":"h42-e0","openQuantity":"0.25"},"exit":{"id":"h43-x1","openQuantity":"0.75"},"lastClos\#
    e":"100.000000001","lastCloseTime":1700000000001,"position":{"entryTime":1700000000123,"quantity":"0.5","side":-\#
    1,"totalCostQuote":"12.345678901234567891"},"repeatedCount":3,"repeatedOrder":"h40-e0","repeatedSide":"buy","tra\#
    deResultQuote":"-0.5"}],"isAccountKnown":false,"isDailyLossTripped":true,"isDayStartKnown":false,"isDrawdownTrip\#
    ped":false,"isPeakKnown":true,"isThrottled":true,"lastSequence":42,"latchRequests":[{"check":"daily_loss","level\#
    ":"stop","reason":"lost 5 % \"too much\"\nof it","source":"loss_limit"}],"latestMoment":1700000000004,"orderTime\#
    s":[-1,1700000000003],"realisedQuote":"-7.125","refusedEvents":1,"symbols":["A/B"],"tradingDay":-3},"rollback":{"consecutiveFailures":1,"coolDownUntil":1700000000006,"drift":{"instruments":[{"counts":{"bars":3,"cou\#
    nts":[1,2,0]},"instrument":1}]},"errors":{"decisions":18446744073709551615,"failures":[7,9]},"evidence":"3 of 5\#
    ","policyInCharge":"flat","previous":"hrm","reason":"nan","since":1700000000005,"trades":{"open":[{"costQuote":"10\#
    00.5","instrument":2,"isOwn":true,"resultQuote":"-0.000000000000000001","side":-1}],"returns":["0.001","-0.00000\#
    0001"]},"trigger":"non_finite"},"sessions":9}
    """#
  /// Books with every kind of order and fill.
  private let books = #"""
    {"at":1700000000123,"cash_quote":"-0.000000000000000001","fees_quote":"12.5","fills":[{"client_id":"h42-e0","fee\#
    _base":"0.000000001","fee_quote":"0","instrument":{"index":2},"maker":true,"price":"101.5","quantity":"0.25","si\#
    de":"buy","time":1700000000000,"trade_id":18446744073709551615},{"client_id":"h43-x1","fee_quote":"-0.125","inst\#
    rument":{"index":0},"maker":false,"price":"9223372036.854775807","quantity":"1","side":"sell","time":-5,"trade_i\#
    d":7}],"last_trade_id":18446744073709551615,"open_orders":[{"client_id":"h1-e0","filled":"0","instrument":{"inde\#
    x":1},"kind":"market","quantity":"3","reduce_only":false,"side":"buy","state":"accepted"},{"client_id":"h1-t2","\#
    filled":"0.5","instrument":{"index":1},"kind":"limit","price":"10.25","quantity":"3","reduce_only":true,"side":"\#
    sell","state":"partially_filled"},{"client_id":"h1-s65535","filled":"0","instrument":{"index":65535},"kind":"sto\#
    p_market","price":"9","quantity":"3","reduce_only":true,"side":"sell","state":"pending_cancel"}],"positions":[{"\#
    entryTime":1700000000123,"quantity":"0.5","side":-1,"totalCostQuote":"12.345678901234567891"},{"quantity":"0","s\#
    ide":0,"totalCostQuote":"0"}]}
    """#

  /// Places in a value where an optional is nil or a collection is empty: what a fixture forgot.
  private func empty(_ value: Any, _ path: String = "") -> [String] {
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .optional { return mirror.children.first.map { empty($0.value, path) } ?? [path] }
    if mirror.displayStyle == .collection, mirror.children.isEmpty { return [path] }
    return mirror.children.flatMap { empty($0.value, path + "." + ($0.label ?? "")) }
  }

  @Test func theEnginesState() throws {
    let bytes = Array(state.utf8)
    let read = try EngineState(decoding: bytes)
    #expect(read.encoded() == bytes)
    let order = try #require(read.execution.orders.first)
    #expect(empty(order).isEmpty && empty(read.rollback).isEmpty && empty(read.risk).isEmpty)
    #expect(empty(read.execution.protections).isEmpty && empty(read.execution.plan as Any).isEmpty)
    #expect(!empty(read.execution.orders).isEmpty, "the market order has no price to protect")
    // What `Codable` would write: a field that the hand-written form forgets is missing there.
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    #expect(Array(try encoder.encode(read)) == bytes)
  }

  @Test func theVenuesBooks() throws {
    let bytes = Array(books.utf8)
    let (read, at) = try VenueState.decode(bytes)
    #expect(read.encoded(at: at) == bytes)
    #expect(read.fills[0].feeBase == Quantity(raw: 1) && read.fills[1].feeBase.isZero)
    #expect(read.openOrders.map(\.state) == [.accepted, .partiallyFilled, .pendingCancel])
    #expect(read.account.positions[1] == .flat && at.milliseconds == 1_700_000_000_123)
  }

  @Test func anAnswer() throws {
    let order = #"{"client_id":"h1-e0","filled":"0","instrument":{"index":1},"kind":"limit","price":"10.25","#
    let rest = #""quantity":"3","reduce_only":false,"side":"buy","state":"accepted"}"#
    for text in [
      #"{"answer_to":"h1-e0","at":5}"#, #"{"answer_to":"h1-e0","at":5,"order":"# + order + rest + "}",
    ] {
      let (answer, at) = try #require(OrderAnswer.decode(Array(text.utf8)))
      #expect(String(decoding: answer.encoded(at: at), as: UTF8.self) == text)
    }
    let (answer, _) = try #require(OrderAnswer.decode(Array(#"{"answer_to":"h1-e0","at":5,"order":null}"#.utf8)))
    #expect(answer.snapshot == nil)
  }

  @Test(arguments: [
    ("\"at\":1700000000123", "\"at\":253402300800000"), ("\"maker\":true", "\"maker\":1"),
    ("\"kind\":\"limit\",\"price\":\"10.25\"", "\"kind\":\"limit\""), ("\"side\":-1", "\"side\":2"),
    ("\"side\":\"buy\"", "\"side\":\"by\""), ("\"index\":65535", "\"index\":65536"),
    ("h1-s65535", "h01-s65535"), ("\"trade_id\":7", "\"trade_id\":-7"), ("\"9\"", "\"9.0000000001\""),
    ("\"fills\":[", "\"fils\":["), ("\"fee_base\":\"0.000000001\"", "\"fee_base\":\"x\""),
  ])
  func booksThatCannotBe(good: String, bad: String) throws {
    #expect(books.contains(good))
    let text = books.replacingOccurrences(of: good, with: bad)
    #expect(throws: VenueRecordError.self) { try VenueState.decode(Array(text.utf8)) }
  }

  /// Damaged records are refused or read as something that can be written again; nothing else happens.
  @Test func damagedBooksAreRefusedOrWhole() throws {
    var random = CounterRandom(seed: 7, purpose: .propertyTest, lane: 23)
    let good = Array(books.utf8)
    var taken = 0
    for _ in 0..<6000 {
      var bytes = good
      for _ in 0...random.below(3) {
        let place = random.below(bytes.count)
        switch random.below(4) {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(UInt8(ascii: "0") + UInt8(random.below(10)), at: place)
        default: bytes.removeLast(random.below(bytes.count / 2))
        }
      }
      guard let (read, at) = try? VenueState.decode(bytes) else { continue }
      taken += 1
      let again = try VenueState.decode(read.encoded(at: at))
      #expect(again.state == read && again.at == at, "\(String(decoding: bytes, as: UTF8.self))")
    }
    #expect(taken > 100, "changed digits are still books")
  }
}
