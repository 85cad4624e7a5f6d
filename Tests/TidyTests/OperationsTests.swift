import Foundation
import Testing

@Suite("Alerts, runbook and units agree")
struct OperationsTests {
  private func names(_ text: String, _ pattern: Regex<(Substring, Substring)>) -> [String] {
    text.matches(of: pattern).map { String($0.output.1) }
  }

  @Test func everyAlertHasAnEntryAndATest() throws {
    let rules = try Repository.file("config/prometheus/alerts.yaml").text
    let alerts = names(rules, /- alert: (\w+)/)
    #expect(alerts.count > 10 && Set(alerts).count == alerts.count)
    #expect(names(try Repository.file("docs/runbook.md").text, /## (\w+)\n/) == alerts)
    let tested = names(try Repository.file("config/prometheus/alerts.test.yaml").text, /alertname: (\w+)/)
    #expect(Set(tested) == Set(alerts))
  }

  @Test(.enabled(if: Repository.has("promtool"), "promtool is not installed"))
  func rulesFireWhenTheyShould() throws {
    let (code, output) = try Repository.run(["promtool", "test", "rules", "config/prometheus/alerts.test.yaml"])
    #expect(code == 0, "\(output)")
  }

  @Test func alertsAskForFiguresThatTheBotHas() throws {
    let served = try Repository.file("Sources/Server/Board/BotMetrics.swift").text
    let asked = Set(names(try Repository.file("config/prometheus/alerts.yaml").text, /hrmbot_(\w+)/))
    #expect(asked.count > 10)
    for name in asked { #expect(served.contains("\"\(name)\""), "hrmbot_\(name)") }
  }

  @Test func theDashboardAsksForFiguresThatTheBotHas() throws {
    let served = try Repository.file("Sources/Server/Board/BotMetrics.swift").text
    let text = try Repository.file("config/grafana/hrmbot.json").text
    let board = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let panels = try #require(board["panels"] as? [[String: Any]])
    var asked: Set<String> = []
    for panel in panels where panel["type"] as? String != "row" {
      let targets = try #require(panel["targets"] as? [[String: Any]])
      #expect(!targets.isEmpty, "\(panel["title"] ?? "")")
      for target in targets { asked.formUnion(names(try #require(target["expr"] as? String), /hrmbot_(\w+)/)) }
    }
    #expect(asked.count > 30)
    for name in asked { #expect(served.contains("\"\(name)\""), "hrmbot_\(name)") }
    // Two panels in one place, or one beyond the edge, cannot be read.
    let places = panels.compactMap { $0["gridPos"] as? [String: Int] }
    for (index, one) in places.enumerated() {
      #expect(one["x"]! + one["w"]! <= 24)
      for other in places[..<index] {
        let isBeside = one["x"]! + one["w"]! <= other["x"]! || other["x"]! + other["w"]! <= one["x"]!
        let isBelow = one["y"]! + one["h"]! <= other["y"]! || other["y"]! + other["h"]! <= one["y"]!
        #expect(isBeside || isBelow)
      }
    }
  }

  /// With the default signal a process that hangs went on hanging: the language's backtracer took it.
  @Test func theWatchdogKillsForSure() throws {
    for name in ["hrmbot", "hrmbot-guard"] {
      let unit = try Repository.file("systemd/\(name).service").text.split(separator: "\n")
      for line in ["WatchdogSignal=SIGKILL", "Environment=SWIFT_BACKTRACE=enable=no", "StartLimitIntervalSec=0"] {
        #expect(unit.contains(Substring(line)), "\(name): \(line)")
      }
    }
  }
}
