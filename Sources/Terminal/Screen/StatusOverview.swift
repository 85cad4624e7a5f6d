import Core

/// The first page. What does not fit goes in this order: blank lines, instruments and limits beyond the fullest three, the work.
enum StatusOverview {
  static func lines(_ state: ScreenState, _ status: StatusSnapshot, columns: Int, rows: Int) -> [StyledLine] {
    let work = StatusParts.work(status, columns: columns)
    let fixed = 1 + StatusParts.account(status).count
    let wanted = status.instruments.count + status.limits.count
    var (instruments, limits) = (status.instruments.count, status.limits.count)
    // Five decisions where there are any: a list of 64 instruments must not push them out.
    let decisions = state.recent.isEmpty ? 0 : 5
    let room = rows - fixed - work.count - (wanted > 16 ? decisions : 0)
    if instruments + limits > room {
      limits = max(min(3, limits), min(limits, room - min(instruments, 3)))
      instruments = max(min(3, instruments), min(instruments, room - limits - (instruments > 3 ? 1 : 0)))
    }
    var table = InstrumentTable.lines(status, columns: columns, top: 0, rows: instruments + 1)
    let hidden = status.instruments.count - instruments
    if hidden > 0 { table.append(StyledLine("and \(hidden) more: i", .dim)) }
    let parts = [
      table, StatusParts.account(status) + StatusParts.limits(status, columns: columns, rows: limits), work,
    ]
    let count = parts.reduce(0) { $0 + $1.count }
    let isRoomy = count + parts.count <= rows
    var lines = isRoomy ? [StyledLine()] + Array(parts.joined(separator: [StyledLine()])) : Array(parts.joined())
    let left = rows - lines.count - 1
    if !state.recent.isEmpty && left > 1 {
      lines.append(StyledLine())
      lines += state.recent.prefix(left).map { StyledLine($0, .dim) }
    }
    return lines
  }
}
