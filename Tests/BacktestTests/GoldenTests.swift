import Backtest
import Core
import Foundation
import Testing

/// Exact results of the moving-average cross, as decimal text.
@Suite("The cross of moving averages comes to the exact results")
struct GoldenTests {
  static func expected(_ name: String) throws -> [String: Any] {
    let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Resources"))
    return try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
  }

  private func result(_ count: Int, each: Int) throws -> [String: Any] {
    var driver = try StageDriver(Market.plan(count))
    var source = BarsInMemory(Market.bars(count, each: each))
    try StageRun.run(&driver, &source)
    var out = CanonicalJSON()
    out.object { BacktestJSON(driver.book, tallies: driver.tallies).write(into: &$0) }
    return try #require(try JSONSerialization.jsonObject(with: Data(out.bytes)) as? [String: Any])
  }

  /// Every member of the expected object, at any depth; ours may have more.
  private func compare(_ expected: Any, _ ours: Any?, _ path: String) -> Int {
    if let object = expected as? [String: Any] {
      return object.reduce(0) { $0 + compare($1.value, (ours as? [String: Any])?[$1.key], "\(path)/\($1.key)") }
    }
    if let list = expected as? [Any] {
      let other = ours as? [Any] ?? []
      #expect(list.count == other.count, "\(path)")
      return zip(list, other).enumerated().reduce(0) { $0 + compare($1.1.0, $1.1.1, "\(path)[\($1.0)]") }
    }
    let text = (ours as? NSObject).map { "\($0)" } ?? "nothing"
    #expect("\(expected)" == text, "\(path)")
    return 1
  }

  @Test(arguments: [("sma-cross-100k", 1, 100_000), ("sma-cross-1m", 1, 1_000_000), ("sma-cross-20x50k", 20, 50_000)])
  func exact(name: String, count: Int, each: Int) throws {
    let compared = compare(try Self.expected(name), try result(count, each: each), name)
    #expect(compared > 60, "values were compared")
  }
}
