import Core
import Hummingbird
import Journal

/// Which part of a list is asked for: `limit` of them, those `before` a record.
struct Page: Sendable {
  /// Most of one answer, unless a list says otherwise.
  static let maximum = 500
  static let usual = 50

  var limit: Int
  var before: UInt64

  /// Reads `limit` and `before`. Throws `Refusal`.
  init(_ request: Request, maximum: Int = Page.maximum) throws {
    let given = request.uri.queryParameters
    let text = given["limit"].map(String.init)
    guard let limit = text == nil ? min(Self.usual, maximum) : text.flatMap({ Int($0) }), 1...maximum ~= limit else {
      throw Refusal(400, "bad_limit", "limit \(text ?? ""): must be from 1 to \(maximum)")
    }
    self.limit = limit
    let place = given["before"].map(String.init)
    guard let before = place == nil ? .max : place.flatMap({ UInt64($0) }), before > 0, before <= .max else {
      throw Refusal(400, "bad_before", "before \(place ?? ""): must be the number of a record, as next_before gives it")
    }
    self.before = before
  }

  /// `{"NAME": […], "next_before": …}`: what `before` is for the next page, null after the last.
  func answer<Item>(
    _ name: String, _ items: [Item], sequence: (Item) -> UInt64, _ write: (Item, inout CanonicalJSON) -> Void
  ) -> Response {
    let next = items.count < limit ? nil : items.last.map(sequence)
    return Reply.json { out in
      out.key(escaping: name)
      out.array { out in for item in items { out.object { write(item, &$0) } } }
      out.key("next_before")
      if let next { out.value(next) } else { out.null() }
    }
  }
}
