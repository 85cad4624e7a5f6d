import HTTPTypes
import Hummingbird

/// Server-sent events (the HTML standard's § 9.2) of a board.
enum EventStream {
  /// Sends what `messages` makes of the state now and of each event as it comes; an error (503) where too many listen.
  static func response(
    _ board: StatusBoard, _ messages: @escaping @Sendable () -> (@Sendable (StatusBoard.Event) throws -> [Message])
  ) -> Response {
    guard let events = board.subscribe() else {
      return Reply.error(503, "too_many_subscribers", "\(ServerLimits.subscribers) listen already")
    }
    let first = board.latest.snapshot
    let body = ResponseBody { writer in
      let make = messages()
      if let first { try await write(make(.status(first)), &writer) }
      for await event in events { try await write(make(event), &writer) }
      try await writer.finish(nil)
    }
    return Response(status: .ok, headers: Reply.headers("text/event-stream"), body: body)
  }

  /// An event's name and its data, JSON of one line.
  struct Message: Sendable {
    var name: String
    var json: [UInt8]
  }

  private static func write(_ messages: [Message], _ writer: inout any ResponseBodyWriter) async throws {
    guard !messages.isEmpty else { return }
    var buffer = ByteBuffer()
    for message in messages {
      buffer.writeString("event: \(message.name)\ndata: ")
      buffer.writeBytes(message.json)
      buffer.writeString("\n\n")
    }
    try await writer.write(buffer)
  }
}
