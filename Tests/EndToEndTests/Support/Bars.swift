import Foundation

/// Bars of a random walk in whole cents, the same for the same seed, and files of them.
struct Bars {
  struct Row: Equatable {
    var time: Int64
    var open, high, low, close, volume: Int64
  }
  var rows: [Row] = []

  /// 2024-01-01T00:00:00Z.
  static let start: Int64 = 1_704_067_200_000

  init(rows: [Row]) { self.rows = rows }

  /// `count` bars of `minutes` each.
  init(count: Int, minutes: Int64, seed: UInt64, price: Int64 = 4_000_000) {
    var state = seed
    func draw(_ range: Int64) -> Int64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int64(state >> 33) % (2 * range + 1) - range
    }
    var last = price
    var drift: Int64 = 0
    for index in 0..<count {
      if index % 40 == 0 { drift = draw(price / 4000) }
      let open = last
      let close = max(100, open + drift + draw(price / 1000))
      let high = max(open, close) + abs(draw(price / 2000))
      let low = max(1, min(open, close) - abs(draw(price / 2000)))
      rows.append(
        Row(
          time: Self.start + Int64(index) * minutes * 60_000, open: open, high: high, low: low, close: close,
          volume: 1 + abs(draw(5000))))
      last = close
    }
  }

  static func cents(_ value: Int64) -> String {
    let digits = String(value % 100)
    return "\(value / 100).\(digits.count < 2 ? "0" + digits : digits)"
  }

  static let header = "timestamp_ms_utc,open,high,low,close,volume"

  var lines: [String] {
    rows.map { "\($0.time),\([$0.open, $0.high, $0.low, $0.close, $0.volume].map(Self.cents).joined(separator: ","))" }
  }

  func write(to path: String) throws {
    try Files.write(([Self.header] + lines).joined(separator: "\n") + "\n", to: path)
  }

  /// Longer bars, made by the plainest means: all rows of one span, first open, extremes, last close, summed volume.
  func combined(minutes: Int64) -> Bars {
    let span = minutes * 60_000
    let starts = Set(rows.map { $0.time - $0.time % span }).sorted()
    return Bars(
      rows: starts.map { start in
        let part = rows.filter { $0.time >= start && $0.time < start + span }
        return Row(
          time: start, open: part[0].open, high: part.map(\.high).max()!, low: part.map(\.low).min()!,
          close: part[part.count - 1].close, volume: part.reduce(0) { $0 + $1.volume })
      })
  }
}

extension Place {
  /// Compresses a file with the system's gzip; returns the path of the result.
  func gzip(_ path: String) async throws -> String {
    let ended = try await start(["-k", "-n", path], program: "/usr/bin/gzip").end()
    guard ended.code == 0 else { throw Failure("gzip: \(ended)") }
    return path + ".gz"
  }
}
