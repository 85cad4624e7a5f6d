import Core
import Journal

/// Tells subscribers of executions as they come into the journal: the bot itself has better to do.
package struct FillFollower: Sendable {
  private let board: StatusBoard
  private let journal: JournalDesk

  /// A follower of what `sources` know.
  package init(_ sources: ServerSources) {
    board = sources.board
    journal = sources.journal
  }

  /// Follows until its task is cancelled. A journal that cannot be read is tried again.
  package func run() async {
    var last: UInt64?
    var known = 0
    while (try? await Task.sleep(for: .milliseconds(250))) != nil {
      guard let fills = board.latest.snapshot?.fills else { continue }
      guard let start = last else {
        last = try? await journal.ask { try $0.last(.fill)?.sequence ?? 0 }
        known = fills
        continue
      }
      guard fills != known else { continue }
      let new = try? await journal.ask { try $0.records(of: .fill, after: start, limit: 1000).map(FillRecord.init) }
      for fill in new ?? [] {
        var out = CanonicalJSON()
        out.object { fill.write(&$0) }
        board.publish(fill: out.bytes)
        last = fill.sequence
        known += 1
      }
    }
  }
}
