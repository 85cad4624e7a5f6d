import Core
import Exchange
import Testing

@Suite struct WireCodecTests {
  private let codec = WireSamples.codec

  @Test func requestsComeBack() throws {
    for (index, request) in WireSamples.requests.enumerated() {
      let line = codec.encode(request, id: UInt64(index) + 1)
      #expect(line.last == 10 && line.count(where: { $0 == 10 }) == 1)
      #expect(line.count <= WireLimits.requestBytes)
      let read = try codec.request(line.dropLast())
      #expect(read.id == UInt64(index) + 1)
      #expect(read.request == request)
    }
  }

  @Test func messagesComeBack() throws {
    for message in WireSamples.messages {
      let line = codec.encode(message)
      #expect(line.last == 10 && line.count(where: { $0 == 10 }) == 1)
      #expect(try codec.message(line.dropLast()) == message)
    }
  }

  @Test func moneyTravelsAsText() {
    let line = String(decoding: codec.encode(.report(sequence: 1, .filled(WireSamples.fill))), as: UTF8.self)
    #expect(line.contains("\"fee\":\"-0.000000000000000001\""))
    #expect(line.contains("\"price\":\"98765.4321\""))
    let bare = line.replacing("\"98765.4321\"", with: "98765.4321")
    #expect(throws: WireFault.self) { try codec.message(Array(bare.utf8.dropLast())) }
  }

  /// Each of these is refused with a reason, and with the id where one can be read.
  @Test(arguments: [
    ("", 0), ("{}", 0), ("[]", 0), ("null", 0), ("{\"id\":0,\"op\":\"time\"}", 0), ("{\"id\":-1,\"op\":\"time\"}", 0),
    ("{\"id\":\"1\",\"op\":\"time\"}", 0), ("{\"id\":1}", 1), ("{\"id\":1,\"op\":\"fly\"}", 1),
    ("{\"id\":1,\"op\":\"time\",\"more\":1}", 1), ("{\"id\":1,\"op\":\"time\",\"op\":\"time\"}", 0),
    ("{\"id\":1,\"op\":\"hello\",\"version\":1,\"client\":\"a b\",\"account\":\"x\"}", 1),
    ("{\"id\":1,\"op\":\"hello\",\"version\":1,\"client\":\"\",\"account\":\"x\"}", 1),
    ("{\"id\":1,\"op\":\"history\",\"symbol\":\"NONE\",\"count\":1}", 1),
    ("{\"id\":1,\"op\":\"history\",\"symbol\":\"SYM0\",\"count\":2001}", 1),
    ("{\"id\":1,\"op\":\"cancel\",\"client_id\":\"h01-e0\"}", 1),
    ("{\"id\":1,\"op\":\"cancel_all_after\",\"millis\":86400001}", 1),
    ("{\"id\":1,\"op\":\"submit_pair\",\"orders\":[]}", 1),
    (
      "{\"id\":1,\"op\":\"submit\",\"client_id\":\"h1-e0\",\"kind\":\"market\",\"price\":\"1\",\"quantity\":\"1\","
        + "\"reduce_only\":false,\"side\":\"buy\",\"symbol\":\"SYM0\"}", 1
    ),
    (
      "{\"id\":1,\"op\":\"submit\",\"client_id\":\"h1-e0\",\"kind\":\"market\",\"quantity\":\"1e400\","
        + "\"reduce_only\":false,\"side\":\"buy\",\"symbol\":\"SYM0\"}", 1
    ),
  ])
  func badRequestsAreRefused(_ line: String, _ id: UInt64) {
    do {
      _ = try codec.request(Array(line.utf8))
      Issue.record("taken: \(line)")
    } catch {
      #expect(error.id == id)
      #expect(error.fault.code == .invalid && !error.fault.detail.isEmpty)
    }
  }

  /// An order for something that is not traded is for the engine to refuse, with the venue's word for it.
  @Test func anUnknownSymbolBecomesNoInstrument() throws {
    let stranger = WireCodec(symbols: ["OTHER"]).encode(.submit(World.order(World.id(1), .buy, "1")), id: 1)
    guard case .submit(let order) = try codec.request(stranger.dropLast()).request else {
      Issue.record("no submission")
      return
    }
    #expect(order.instrument == WireCodec.noInstrument)
  }

  @Test func rulesThatAreNoneAreRefused() {
    let line = String(decoding: codec.encode(.answer(id: 1, .instruments([World.instrument(0)]))), as: UTF8.self)
    for (good, bad) in [
      ("\"tick\":\"0.01\"", "\"tick\":\"0\""), ("\"lot\":\"0.001\"", "\"lot\":\"-1\""),
      ("\"taker_fee\":\"0.001\"", "\"taker_fee\":\"0.6\""),
    ] {
      let changed = line.replacing(good, with: bad)
      #expect(changed != line)
      #expect(throws: WireFault.self) { try codec.message(Array(changed.utf8.dropLast())) }
    }
  }

  @Test func holdingsAndOrdersThatCannotBeAreRefused() {
    let order = OrderSnapshot(request: WireSamples.orders[1], state: .accepted, filledQuantity: .zero)
    for (answer, good, bad) in [
      (WireAnswer.account(WireSamples.account), "\"quantity\":\"1.5\"", "\"quantity\":\"-1.5\""),
      (.account(WireSamples.account), "\"cost\":\"150", "\"cost\":\"-150"),
      (.order(order), "\"filled\":\"0\"", "\"filled\":\"-1\""), (.order(order), "\"price\":\"", "\"price\":\"-"),
      (.openOrders([order]), "\"quantity\":\"", "\"quantity\":\"-"),
    ] {
      let line = String(decoding: codec.encode(.answer(id: 1, answer)), as: UTF8.self)
      let changed = line.replacing(good, with: bad)
      #expect(changed != line)
      #expect(throws: WireFault.self) { try codec.message(Array(changed.utf8.dropLast())) }
    }
  }

  /// Changed lines are refused or read, never a crash; what is read can be written and read again.
  @Test(arguments: [UInt64(1), 2, 3, 4]) func mutatedLinesNeverCrash(_ seed: UInt64) throws {
    let codec = codec
    let requests = WireSamples.requests.map { codec.encode($0, id: 7) }
    let lines = requests + WireSamples.messages.map { codec.encode($0) }
    var random = CounterRandom(seed: seed, purpose: .propertyTest)
    var taken = 0
    for _ in 0..<25_000 {
      let original = random.below(lines.count)
      var line = lines[original].dropLast()
      for _ in 0...random.below(3) { Self.mutate(&line, lines, &random) }
      if original < requests.count, let read = try? codec.request(line) {
        taken += 1
        #expect(
          try codec.request(codec.encode(read.request, id: read.id).dropLast()).request == read.request, "seed \(seed)")
      }
      if original >= requests.count, let message = try? codec.message(line) {
        taken += 1
        #expect(try codec.message(codec.encode(message).dropLast()) == message, "seed \(seed)")
      }
    }
    #expect(taken > 100, "mutations that always break the line test only the first check")
  }

  private static func mutate(_ line: inout ArraySlice<UInt8>, _ lines: [[UInt8]], _ random: inout CounterRandom) {
    guard !line.isEmpty else { return }
    let place = line.startIndex + random.below(line.count)
    switch random.below(6) {
    case 0: line[place] ^= 1 << UInt8(random.below(8))
    case 1: line[place] = UInt8(48 + random.below(10))
    case 2: line.remove(at: place)
    case 3: line.insert(UInt8(random.below(256)), at: place)
    case 4: line = line[..<place]
    default:
      let other = lines[random.below(lines.count)]
      line.insert(contentsOf: other[random.below(other.count)...].prefix(40), at: place)
    }
  }
}
