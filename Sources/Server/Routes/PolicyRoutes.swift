import Core
import Hummingbird
import Journal

/// Who decides: the policies of the session and what is known of them, and every change of the one in charge.
struct PolicyRoutes: Sendable {
  let journal: JournalDesk

  func add<Context: RequestContext>(to router: Router<Context>) {
    router.get("/api/v1/policies") { _, _ in
      let record = try await journal.ask { try $0.last(.session) }
      guard let record, let tree = try? JSONTree.parse(record.payload) else {
        throw Refusal(404, "no_session", "the journal holds no session yet")
      }
      return Reply.json { out in
        out.key("arithmetic")
        out.optional(tree["arithmetic"]?.string)
        out.key("policies")
        if case .array(_, let place)? = tree["policies"] { out.raw(record.payload[place]) } else { out.array { _ in } }
        out.key("session")
        out.value(tree["session"]?.unsigned ?? 0)
        out.key("started_at")
        out.optional(tree["at"]?.integer.map { Timestamp(milliseconds: $0).description })
      }
    }
    router.get("/api/v1/policies/history") { request, _ in
      let page = try Page(request)
      let records = try await journal.ask { try $0.newest(.policy, before: page.before, limit: page.limit) }
      return page.answer("changes", records, sequence: \.sequence) { record, out in
        let tree = try? JSONTree.parse(record.payload)
        out.key("at")
        out.optional(tree?["at"]?.integer.map { Timestamp(milliseconds: $0).description })
        for key in ["evidence", "from", "to", "trigger"] {
          out.key(escaping: key)
          out.optional(tree?[key]?.string)
        }
        out.key("sequence")
        out.value(record.sequence)
      }
    }
  }
}
