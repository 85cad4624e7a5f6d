import Agent
import Bot
import Core
import Feed

/// A finished run of one policy over the data of a request.
package struct BacktestRun: Sendable {
  /// Name of the policy, with its parameters.
  package var policy: String
  package var book: BacktestBook
  /// What the rule met, by instrument index.
  package var tallies: [[(name: String, count: Int)]]
  package var instruments: InstrumentTable
  package var timeframe: Timeframe
  /// What the reader of the files met.
  package var quality: FeedQuality
  package var rowErrors: [RowError]
  /// The thread's time of reading and working off.
  package var cpuSeconds: Double

  /// Runs a request. `look` is told of the bars so far and the moment; false ends the run early. Throws `StartError` for
  /// what a person has to put right, naming it.
  package static func make(
    _ request: BacktestRequest, policies: [(name: String, policy: any Policy)]? = nil,
    prepare: (inout StageDriver) throws -> Void = { _ in }, look: (Int, Timestamp) -> Bool = { _, _ in true }
  ) throws -> BacktestRun {
    let (instruments, timeframe, bars) = try request.openData()
    var driver: StageDriver
    do { driver = try StageDriver(try request.plan(instruments, timeframe, policies: policies)) } catch {
      throw StartError("\(error)", exitCode: 64)
    }
    try prepare(&driver)
    let begin = BacktestBenchmark.cpuSeconds()
    let reading = try drive(&driver, bars, request, look)
    return BacktestRun(
      policy: driver.policyName, book: driver.book, tallies: driver.tallies, instruments: instruments,
      timeframe: timeframe, quality: reading.quality, rowErrors: reading.errors,
      cpuSeconds: BacktestBenchmark.cpuSeconds() - begin)
  }

  private static func drive(
    _ driver: inout StageDriver, _ bars: any BarSource, _ request: BacktestRequest, _ look: (Int, Timestamp) -> Bool
  ) throws -> (quality: FeedQuality, errors: [RowError]) {
    func run(_ source: some BarSource) throws -> any BarSource {
      var source = source
      try StageRun.run(&driver, &source, until: request.to, look: look)
      return source
    }
    let rest: any BarSource
    do { rest = try run(bars) } catch let error as FeedError { throw StartError("\(error)", exitCode: 65) }
    if let merged = rest as? MergedReplay { return (merged.quality, merged.rowErrors) }
    if let file = rest as? ReplayFile { return (file.quality, file.rowErrors) }
    return (FeedQuality(), [])
  }
}
