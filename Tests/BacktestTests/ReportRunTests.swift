import Backtest
import Bot
import Core
import Foundation
import Settings
import Testing

@Suite struct ReportRunTests {
  private static func request(in directory: URL, bars count: Int) throws -> BacktestRequest {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    var text = "timestamp_ms_utc,open,high,low,close,volume\n"
    for bar in Market.bars(1, each: count) {
      text += "\(bar.openTime.milliseconds),\(bar.open),\(bar.high),\(bar.low),\(bar.close),\(bar.volume)\n"
    }
    let file = directory.appendingPathComponent("SYNTHETIC.csv")
    try Data(text.utf8).write(to: file)
    var request = BacktestRequest(
      data: [.file(file.path)], policy: PolicyRequest(name: "sma-cross"), settings: BotSettings())
    request.timeframe = .oneMinute
    request.isUnlimited = true
    request.notionalQuote = Money(raw: 10_000 * Money.unit)
    return request
  }

  @Test func aRunBecomesAReportAndFiles() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("hrmbot-report-\(UUID())")
    defer { try? FileManager.default.removeItem(at: directory) }
    let request = try Self.request(in: directory, bars: 8000)
    let run = try BacktestRun.make(request, places: RunTests.places)
    let data = ReportData([(run, try Assessment(run))], request: request)
    #expect(data.isSynthetic && data.isUnlimited && data.stop == nil)
    #expect(data.marks.count == run.book.closedTrades && !data.marks.isEmpty)
    #expect(data.markets[0].bars == 8000 && data.markets[0].times.count == 2000)
    #expect(abs(data.costs.net - (data.endQuote - data.startQuote)) < 1e-6)
    #expect(data.decisions.reduce(0) { $0 + $1.count } == run.book.decisions.total)
    let page = directory.appendingPathComponent("report.html").path
    try ReportFiles.write(data, to: page)
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(MarkupChecker(html).faults.isEmpty)
    #expect(html.contains("LIMITS NONE") && html.contains("SYNTHETIC"))
    try ReportFiles.writeFigures(data, to: directory.appendingPathComponent("figures").path)
    #expect(FileManager.default.fileExists(atPath: directory.appendingPathComponent("figures/figures.json").path))
  }

  @Test func aPathThatCannotBeWrittenIsNamed() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("hrmbot-report-\(UUID())")
    defer { try? FileManager.default.removeItem(at: directory) }
    let request = try Self.request(in: directory, bars: 100)
    let run = try BacktestRun.make(request, places: RunTests.places)
    let data = ReportData([(run, try Assessment(run))], request: request)
    let path = directory.appendingPathComponent("missing/report.html").path
    let error = #expect(throws: StartError.self) { try ReportFiles.write(data, to: path) }
    #expect(error?.exitCode == 73 && error?.description.contains(path) == true)
  }
}
