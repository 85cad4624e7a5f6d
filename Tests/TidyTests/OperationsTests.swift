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
