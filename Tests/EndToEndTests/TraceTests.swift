import Foundation
import Glibc
import Testing

extension EndToEnd {
  @Suite struct TraceTests {
    /// From a decision to its fills there is one trace, whose spans hang together, and no other decision has it.
    @Test func oneTraceLeadsFromADecisionToItsFills() async throws {
      let place = try Place()
      let bot = try await place.trader(["--bars", "60"])
      let ended = try await bot.end()
      #expect(ended.code == 0)
      let lines = try ended.output.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
        try JSON(text: String($0))
      }
      let decisions = lines.filter { $0["event"].string == "decision" }
      let fills = lines.filter { $0["event"].string == "fill" }
      #expect(decisions.count == 60 && fills.count > 5)
      #expect(Set(decisions.map { $0["trace_id"].string }).count == 60)
      for fill in fills {
        let trace = try #require(fill["trace_id"].string)
        #expect(trace.wholeMatch(of: /[0-9a-f]{32}/) != nil)
        let own = lines.filter { $0["trace_id"].string == trace }
        let intent = try #require(
          own.first { $0["event"].string == "intent" && $0["span_id"].string == fill["parent_span_id"].string })
        #expect(intent["client_order_id"].string == fill["client_order_id"].string)
        let decision = try #require(own.first { $0["event"].string == "decision" })
        #expect(decision["id"].string == fill["decision_id"].string)
        #expect(decision["span_id"].string == intent["parent_span_id"].string)
        #expect(decision["parent_span_id"].isMissing)
        #expect(own.contains { $0["event"].string == "order" && $0["state"].string == "filled" })
        for line in own { #expect(line["span_id"].string?.wholeMatch(of: /[0-9a-f]{16}/) != nil) }
      }
    }
  }
}
