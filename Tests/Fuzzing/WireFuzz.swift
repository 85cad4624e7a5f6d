import Core
import Exchange

/// Reads lines as a client and as an exchange would. What is understood and written again must read back the same, and
/// an execution that hears it must make no order of its own.
struct WireFuzz {
  private let codec = WireCodec(symbols: FuzzWorld.symbols)

  func run(_ input: [UInt8]) -> FuzzOutcome {
    var buffer = LineBuffer(limit: WireLimits.requestBytes)
    buffer.append(input)
    buffer.append([10])
    var walk = ExecutionWalk.withPosition()
    var isTaken = false
    do throws(WireFault) {
      while let line = try buffer.next() {
        if let read = try? codec.request(line) {
          isTaken = true
          let again = try? codec.request(codec.encode(read.request, id: read.id).dropLast())
          guard let again, again == read else { return .finding("a request, written again, reads otherwise") }
        }
        guard let message = try? codec.message(line) else { continue }
        isTaken = true
        guard let again = try? codec.message(codec.encode(message).dropLast()), again == message else {
          return .finding("a message, written again, reads otherwise")
        }
        walk.hear(message)
      }
    } catch { return .refused }
    if let finding = walk.finding { return .finding(finding) }
    return isTaken ? .taken : .refused
  }
}
