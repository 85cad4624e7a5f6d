import Backtest
import Core
import Digest
import Foundation
import Statistics
import Testing

@Suite struct ReportPageTests {
  /// Reports with much, little and nothing to show.
  static let cases: [(name: String, sample: SampleReport)] = [
    ("usual", SampleReport(days: 200, trades: 300)),
    ("network", SampleReport(instruments: 2, days: 120, trades: 40, hasNetwork: true)),
    ("no trades", SampleReport(instruments: 1, days: 90, trades: 0)),
    ("no bar", SampleReport(instruments: 1, days: 0, trades: 0)),
    ("one bar", SampleReport(instruments: 1, days: 1, pointsEachDay: 1, trades: 0)),
    ("one day", SampleReport(instruments: 1, days: 1, pointsEachDay: 1440, trades: 4)),
    ("ruined", SampleReport(instruments: 1, days: 40, trades: 3, isRuined: true)),
    ("twenty instruments", SampleReport(instruments: 20, days: 100, trades: 500)),
  ]

  @Test func pagesAreWellFormed() throws {
    for (name, sample) in Self.cases {
      let data = try sample.make()
      let checker = MarkupChecker(ReportPage(data).html)
      #expect(checker.faults.isEmpty, "\(name): \(checker.faults)")
      #expect(Set(checker.ids).count == checker.ids.count, "\(name): an id twice")
      for figure in FigureSet(data).all where figure.missing == nil {
        #expect(MarkupChecker(figure.svg(isAlone: true)).faults.isEmpty, "\(name): \(figure.id)")
      }
    }
  }

  @Test func badMarkupIsFound() {
    for bad in ["<a><b></a></b>", "<a", "<a b=c></a>", "<a>&nbsp;</a>", "<a b=\"1\" b=\"2\"/>", "<a>", "x<a/>"] {
      #expect(!MarkupChecker(bad).faults.isEmpty, "\(bad)")
    }
    #expect(MarkupChecker("<a b=\"1\"><c/>x &amp; y</a>").faults.isEmpty)
  }

  @Test func noAttributeHoldsANumberThatIsNone() throws {
    for (name, sample) in Self.cases {
      for attribute in MarkupChecker(ReportPage(try sample.make()).html).attributes
      where !["aria-label", "content", "for", "data-name"].contains(attribute.name) {
        let value = attribute.value.lowercased()
        #expect(
          !value.contains("nan") && !value.contains("inf") && !value.contains("undefined"),
          "\(name): \(attribute.element) \(attribute.name)=\(attribute.value.prefix(60))")
      }
    }
  }

  @Test func everyFigureIsThereOrExplained() throws {
    let wanted = ["equity", "months", "costs", "returns", "rolling", "depth", "vetoes", "risk", "excursions"]
    for (name, sample) in Self.cases {
      let data = try sample.make()
      let set = FigureSet(data)
      #expect(set.single.map(\.id) == wanted)
      #expect(set.prices.count == sample.instruments)
      let html = ReportPage(data).html
      for figure in set.all {
        #expect(html.contains("<figure id=\"\(figure.id)\">"), "\(name): \(figure.id)")
        if let missing = figure.missing {
          #expect(!missing.isEmpty && html.contains(Markup.escaped(missing)), "\(name): \(figure.id)")
        } else {
          #expect(
            !figure.body.isEmpty && !figure.description.isEmpty && !figure.series.isEmpty, "\(name): \(figure.id)")
        }
      }
    }
    #expect(FigureSet(try Self.cases[0].sample.make()).single.filter { $0.missing != nil }.map(\.id) == ["depth"])
  }

  @Test func namesCannotBecomeMarkup() throws {
    var sample = SampleReport(instruments: 1, days: 70, trades: 20)
    sample.seed = 3
    var data = try sample.make()
    let bad = "<script>alert('x')</script>\"&\u{0}"
    data.policy = bad
    data.instruments = [bad]
    data.lines[0].name = bad
    data.markets[0].symbol = bad
    data.vetoes = [.init(bad, 3)]
    data.settings = [.init(bad, bad)]
    data.diary = [(at: data.first!, text: bad)]
    data.stop = .init(at: data.first!, by: bad, reason: bad)
    let html = ReportPage(data).html
    let checker = MarkupChecker(html)
    #expect(checker.faults.isEmpty, "\(checker.faults)")
    #expect(checker.elements["script"] == 1)
    #expect(!html.contains("alert('x')"))
    #expect(html.contains("&lt;script&gt;alert(&#39;x&#39;)"))
  }

  @Test func sameDataGiveTheSameBytes() throws {
    let (one, other) = (try SampleReport(days: 100).make(), try SampleReport(days: 100).make())
    #expect(ReportPage(one).html == ReportPage(other).html)
    #expect(FigureSet(one).json == FigureSet(other).json)
    #expect(FigureSet(one).json != FigureSet(try SampleReport(seed: 8, days: 100).make()).json)
  }

  @Test func labelsThatMatterAreInTheFirstBox() throws {
    var data = try SampleReport(instruments: 1, days: 90, trades: 5).make()
    #expect(!ReportPage(data).html.contains("LIMITS NONE"))
    data.isUnlimited = true
    data.stop = .init(at: data.first!, by: "daily_loss", reason: "5 %")
    let html = ReportPage(data).html
    #expect(html.contains("<strong>LIMITS NONE</strong>"))
    #expect(html.contains("<strong>SYNTHETIC</strong>"))
    #expect(html.contains("STOPPED on 2022-11-20 by daily loss</strong>: nothing was opened after it"))
  }

  @Test func growthBeyondADoublingIsOnALogarithmicAxis() throws {
    func equity(_ drift: Double, days: Int) throws -> Figure {
      var sample = SampleReport(instruments: 1, days: days, trades: 0)
      sample.drift = drift
      return FigureSet(try sample.make()).named("equity")
    }
    let steep = try equity(0.02, days: 300)
    #expect(steep.body.contains("growth since the start, logarithmic") && steep.body.contains("data-scale=\"growth\""))
    #expect(steep.description.contains("logarithmic"))
    let calm = try equity(0, days: 20)
    #expect(calm.body.contains("growth since the start<") && !calm.body.contains("data-scale=\"growth\""))
  }

  @Test func anAccountThatNeverChangedIsSaidToBeOne() throws {
    var data = try SampleReport(instruments: 1, days: 90, trades: 0).make()
    data.dailyReturns = [Double](repeating: 0, count: 90)
    data.costs = .init(fees: 0, slippage: 0, net: 0)
    for line in data.lines.indices {
      data.lines[line].equity = data.lines[line].equity.map { _ in 100_000 }
      data.lines[line].drawdowns = data.lines[line].drawdowns.map { _ in 0 }
    }
    (data.lines[0].sharpe, data.lines[0].low, data.lines[0].high) = (nil, 0, 0)
    let figures = FigureSet(data)
    #expect(figures.named("costs").missing?.contains("Nothing was traded") == true)
    #expect(figures.named("returns").missing?.hasPrefix("All 90 days came to 0.00") == true)
    #expect(figures.prices[0].note.contains("No trade was closed"))
    // The panel of falls reaches a percent down, not half of the account.
    #expect(figures.named("equity").body.contains("data-v0=\"-0.01\""))
    let html = ReportPage(data).html
    #expect(html.contains("The account never changed") && !html.contains("the sign of the result may be luck"))
  }

  @Test func aDepthThatNeverChangesIsBelowTheUpperEnd() throws {
    var data = try SampleReport(instruments: 1, days: 90, trades: 0, hasNetwork: true).make()
    for day in data.depth.indices { data.depth[day].segments = 4 }
    data.depthCounts = [0, 0, 0, 0, 90]
    let figure = FigureSet(data).named("depth")
    #expect(figure.body.contains("data-v1=\"5.0\"") && figure.note.contains("4 in 100.0\u{A0}% of the decisions"))
  }

  @Test func choicesAreJudgedInWords() throws {
    var data = try SampleReport(instruments: 1, days: 90, trades: 5).make()
    #expect(!ReportPage(data).html.contains("Was the best picked by luck?"))
    data.choices = [SelectionLuck(.trials, []), SelectionLuck(.baselines, SelectionTestsTests.chance(5, days: 90))]
    let html = ReportPage(data).html
    #expect(MarkupChecker(html).faults.isEmpty && html.contains("Was the best picked by luck?"))
    #expect(html.contains("nothing was computed, because this run is the only one"))
    #expect(html.contains("(probability of overfitting, PBO)") && html.contains("reality check"))
  }

  @Test func onlyTheScriptOfThePageMayRun() throws {
    let html = ReportPage(try SampleReport(instruments: 1, days: 5, trades: 0).make()).html
    let script = try #require(
      html.firstRange(of: "<script>").flatMap { start in
        html.firstRange(of: "</script>").map { String(html[start.upperBound..<$0.lowerBound]) }
      })
    #expect(
      html.contains("script-src &#39;sha256-\(Data(SHA256.digest(Array(script.utf8))).base64EncodedString())&#39;"))
    #expect(
      !html.contains(" onclick=\"") && !html.contains(" style=\"") && !html.contains("http://")
        && !html.contains("https://"))
  }

  @Test func fiveYearsOfEightInstrumentsAreSmall() throws {
    let html = ReportPage(try SampleReport(days: 1826, trades: 20_000).make()).html
    #expect(html.utf8.count < 3_000_000, "\(html.utf8.count) bytes")
  }

  @Test func figuresAreJSONAndFilesHavePlainNames() throws {
    let files = FigureSet(try SampleReport(instruments: 2, days: 80, trades: 30).make()).files
    let json = try #require(files.first { $0.name == "figures.json" })
    let root = try #require(try JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [String: Any])
    #expect((root["figures"] as? [Any])?.count == 11)
    #expect(files.allSatisfy { $0.name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." } })
    #expect(files.filter { $0.name.hasPrefix("prices-") }.count == 2)
  }
}
