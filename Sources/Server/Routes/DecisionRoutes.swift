import Core
import HTTPTypes
import Hummingbird
import Journal

/// Decisions: the last ones from memory, all of them from the journal, each with what explains it.
struct DecisionRoutes: Sendable {
  let board: StatusBoard
  let journal: JournalDesk
  /// Records that are looked through for what followed a decision: a bound on the work that a question makes.
  private static let followed: UInt64 = 100_000

  func add<Context: RequestContext>(to router: Router<Context>) {
    router.get("/api/v1/decisions") { request, _ in
      let page = try Page(request)
      let lines =
        if page.before == .max { board.decisions(limit: page.limit) } else {
          try await journal.ask { query in
            try query.newest(.decision, before: page.before, limit: page.limit).map(DecisionJSON.line)
          }
        }
      return Reply.json { out in
        out.key("decisions")
        out.array { out in for line in lines { out.raw(line) } }
      }
    }
    router.get("/api/v1/decisions/{id}") { _, context in
      let text = try context.parameters.require("id")
      guard let id = DecisionID(text) else {
        throw Refusal(400, "bad_decision", "a decision is named like D-123")
      }
      let json = try await journal.ask { query in
        guard let record = try query.decision(id) else {
          throw Refusal(404, "no_decision", "the journal holds no decision \(id)")
        }
        return try DecisionJSON.explained(record, following: query.following(id, within: Self.followed))
      }
      return Reply.json(json)
    }
  }
}

/// Decisions of the journal as JSON.
enum DecisionJSON {
  /// What the list says of one, under the names of its events.
  static func line(_ record: JournalRecord) throws -> [UInt8] {
    let tree = try JSONTree.parse(record.payload)
    let act = tree["act"]
    func action(_ key: String) -> String? {
      tree[key]?.unsigned.flatMap { UInt8(exactly: $0) }.flatMap(Action.init(rawValue:))?.name
    }
    var out = CanonicalJSON()
    out.object { out in
      out.key("action")
      out.optional(action("action"))
      out.key("at")
      out.optional(tree["ts"]?.integer.map { Timestamp(milliseconds: $0).description })
      for (key, value) in [
        ("close", tree["market"]?["last"]?.string), ("fallback_reason", tree["fallback_reason"]?.string),
        ("final_action", action("final_action")), ("halt_reason", act?["halt_reason"]?.string),
        ("id", tree["decision_id"]?.string), ("instrument", tree["instrument"]?.string),
        ("mode", tree["mode"]?.string), ("note", tree["note"]?.string), ("policy", tree["model_id"]?.string),
        ("quantity", tree["final_qty"]?.string), ("skip_reason", tree["skip_reason"]?.string),
      ] where value != nil {
        out.key(escaping: key)
        out.optional(value)
      }
      if let segments = act?["segments"]?.unsigned, segments > 0 {
        out.key("segments")
        out.value(segments)
      }
      out.key("untrained")
      out.value(tree["untrained"]?.bool ?? false)
    }
    return out.bytes
  }

  /// One with its explanation in words, its record, and the records that followed it.
  static func explained(_ record: JournalRecord, following: [JournalRecord]) throws -> [UInt8] {
    let material = try Explanation.json(record, following: following)
    let text = try Explanation.text(record, following: following)
    var out = CanonicalJSON()
    out.object { out in
      out.key("explanation")
      out.value(text)
      out.key("material")
      out.raw(material)
    }
    return out.bytes
  }
}
