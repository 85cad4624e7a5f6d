import Core
import Exchange

extension ServedVenue {
  /// Reads what the socket has, and works it off.
  func read() {
    // Bounded, so that a flood does not keep requests waiting for ever.
    for _ in 0..<64 {
      guard file >= 0 else { return }
      guard let bytes = StreamSocket.read(file) else { return lose("the exchange closed the session") }
      if bytes.isEmpty { return }
      input.append(bytes)
      guard takeLines() else { return }
    }
  }

  /// False: the session has ended.
  private func takeLines() -> Bool {
    do {
      while file >= 0, let line = try input.next() { receive(try codec.message(line)) }
    } catch {
      counters.badLines += 1
      lose("not understood: \(error.detail)")
    }
    return file >= 0
  }

  private func receive(_ message: WireMessage) {
    switch message {
    case .answer(let id, let answer):
      if let end = pending.take(id) { end(.answer(answer)) } else { counters.strayAnswers += 1 }
    case .bar(let bar): take(bar)
    case .report(let sequence, let report):
      guard reports.receive(sequence, at: time.monotonicNanoseconds) == .new else {
        counters.duplicateReports += 1
        return
      }
      if !deliver(.report(report)) { overrun() }
    }
  }

  private func take(_ bar: Bar) {
    let index = Int(bar.instrument.index)
    guard index < lastCloses.count else { return }
    guard bar.openTime >= lastCloses[index] else {
      counters.duplicateBars += 1
      return
    }
    guard deliver(.bar(bar)) else { return overrun() }
    lastCloses[index] = bar.closeTime
  }
}
