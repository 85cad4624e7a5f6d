import Core
import Foundation
import Settings
import Testing

@Suite struct LoaderTests {
  @Test func laterSourcesWin() throws {
    let text = "risk:\n  max_drawdown: 0.11\n  cool_down_seconds: 1\n  max_consecutive_losses: 4\n"
    let environment = ["HRMBOT_RISK_MAX_DRAWDOWN": "0.12", "HRMBOT_RISK_COOL_DOWN_SECONDS": "2", "PATH": "/bin"]
    let loaded = try load(text, environment: environment, overrides: [("risk.max_drawdown", "0.13")])
    #expect(loaded.settings.risk.maxDrawdown == Rate(basisPoints: 1300))
    #expect(loaded.settings.risk.coolDownSeconds == 2)
    #expect(loaded.settings.risk.maxConsecutiveLosses == 4)
    #expect(loaded.origins["risk.max_drawdown"] == .flag)
    #expect(loaded.origins["risk.cool_down_seconds"] == .environment(name: "HRMBOT_RISK_COOL_DOWN_SECONDS"))
    #expect(loaded.origins["risk.max_consecutive_losses"] == .file(line: 4))
    #expect(loaded.origins["risk.max_spread"] == .default)
  }

  @Test func aWrongValueIsAnErrorEvenWhenALaterSourceWins() {
    let found = errors("risk:\n  max_drawdown: much\n", overrides: [("risk.max_drawdown", "0.13")])
    #expect(found.map(\.origin) == [.file(line: 2)])
  }

  @Test func nothingAtAllIsTheDefaults() throws {
    let none = try SettingsLoader.load(path: nil, environment: [:], overrides: [])
    #expect(none.settings == BotSettings())
    for text in ["", "# nothing\n", "risk:\n", "risk:\n  # max_drawdown: 1\n\nmarket:\n"] {
      #expect(try load(text).settings == BotSettings())
    }
  }

  @Test func allErrorsAtOnceWithLines() {
    let text = """
      # a comment
      market:
        seed: -1
        timeframe: 5x
      risk:

        max_drawdwon: 0.1
        max_daily_loss: 3 %
      hierarchical_reasoning_model:
        hierarchical:
          N_cycles: 99
          n_cycles: 3
      rsik:
        max_drawdown: 0.1
      """
    let found = errors(
      text, environment: ["HRMBOT_RISK_MAX_DRAWDWON": "1", "HRMBOT_PAPER_SPREAD": "wide"],
      overrides: [("policy.nmae", "flat")])
    #expect(
      found.map(\.description) == [
        "settings.yaml:3: market.seed = -1: is out of range (range 0...18446744073709551615)",
        "settings.yaml:4: market.timeframe = 5x: is not a bar length such as 30s, 5m, 1h or 1d (range 1s...1w or null)",
        "settings.yaml:7: risk.max_drawdwon: there is no such setting; did you mean risk.max_drawdown?",
        "settings.yaml:8: risk.max_daily_loss = 3 %: is a percentage; write 3 % as 0.03 (range 0.0001...1)",
        "settings.yaml:11: hierarchical_reasoning_model.hierarchical.N_cycles = 99: is out of range (range 1...16 or null)",
        "settings.yaml:12: hierarchical_reasoning_model.hierarchical.n_cycles: there is no such setting; "
          + "did you mean hierarchical_reasoning_model.hierarchical.N_cycles?",
        "settings.yaml:13: rsik: there is no such setting; did you mean risk?",
        "HRMBOT_PAPER_SPREAD: paper.spread = wide: is not a finite decimal number (range 0...0.1)",
        "HRMBOT_RISK_MAX_DRAWDWON: there is no such setting; did you mean HRMBOT_RISK_MAX_DRAWDOWN?",
        "command line: policy.nmae: there is no such setting; did you mean policy.name?",
      ])
  }

  @Test func aKeyInTheWrongSectionIsFound() {
    #expect(errors("market:\n  max_drawdown: 0.1\n").first?.suggestion == "risk.max_drawdown")
    #expect(errors("seed: 1\n").first?.suggestion == "market.seed")
    #expect(errors("market:\n  zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz: 1\n").first?.suggestion == nil)
  }

  @Test(arguments: [
    ("risk:\n  cool_down_seconds: 1.5", "is not a whole number"),
    ("risk:\n  cool_down_seconds: 0x10", "is not a whole number"),
    ("risk:\n  cool_down_seconds: 010", "is not a whole number"),
    ("risk:\n  cool_down_seconds: 1_000", "is not a whole number"),
    ("risk:\n  cool_down_seconds: +5", "is not a whole number"),
    ("risk:\n  cool_down_seconds: 99999999999999999999", "is out of range"),
    ("risk:\n  cool_down_seconds: \"900\"", "without quotes"),
    ("risk:\n  cool_down_seconds: null", "must have a value"),
    ("risk:\n  cool_down_seconds:", "has no value"),
    ("risk:\n  cool_down_seconds: [1]", "is a list"),
    ("risk:\n  cool_down_seconds: {a: 1}", "is a section"),
    ("risk: 5", "is a section, not a value"),
    ("risk: []", "is a section, not a value"),
    ("- risk", "not a map of sections"),
    ("risk:\n  max_drawdown: .nan", "is not a finite decimal number"),
    ("risk:\n  max_drawdown: .inf", "is not a finite decimal number"),
    ("risk:\n  max_drawdown: 1e400", "is out of range"),
    ("risk:\n  max_drawdown: 0.0123456789123", "more than 9 decimals"),
    ("rollback:\n  enabled: yes", "neither true nor false"),
    ("policy:\n  name: hmr", "the nearest is hrm"),
    ("policy:\n  model_directory:", "write \"\" for none"),
    ("market:\n  simulated_instruments: SIM-BTC", "is not a list"),
    ("market:\n  simulated_instruments: []", "has 0 symbols"),
    ("market:\n  simulated_instruments: [SIM-A, SIM-A]", "twice"),
    ("market:\n  simulated_instruments: [BTCUSDT]", "is not SIM-"),
    ("hierarchical_reasoning_model:\n  act:\n    epsilon: 0x1p-3", "is not a finite number"),
    ("hierarchical_reasoning_model:\n  act:\n    epsilon: nan", "is not a finite number"),
    ("hierarchical_reasoning_model:\n  act:\n    epsilon: 1e999", "is not a finite number"),
  ])
  func wrongValues(text: String, problem: String) {
    let found = errors(text)
    #expect(found.count == 1)
    #expect(found.first?.problem.contains(problem) == true, "\(found)")
  }

  @Test(arguments: [
    ("risk.max_drawdown", "0.0001", "0.000099999", "1", "1.000000001"),
    ("risk.cool_down_seconds", "0", "-1", "604800", "604801"),
    ("control.poll_millis", "1", "0", "100", "101"),
    ("paper.cash_quote", "1", "0.999999999999999999", "1000000000000", "1000000000000.000000000000000001"),
    ("hierarchical_reasoning_model.hierarchical.convergence_threshold", "1e-12", "9.9e-13", "1", "1.0000001"),
    ("market.timeframe", "1s", "0s", "1w", "8d"),
    ("market.seed", "0", "-1", "18446744073709551615", "18446744073709551616"),
  ])
  func rangesHoldAtTheirEnds(key: String, low: String, below: String, high: String, above: String) {
    // Rules between values are not what is tested here.
    func rangeErrors(_ value: String) -> [SettingsError] {
      errors("", overrides: [(key, value)]).filter { !$0.problem.hasPrefix("must") }
    }
    #expect(rangeErrors(low).isEmpty)
    #expect(rangeErrors(high).isEmpty)
    #expect(rangeErrors(below).count == 1)
    #expect(rangeErrors(above).count == 1)
  }

  @Test(arguments: [
    ("policy.sma_fast_bars", "50", "policy.sma_slow_bars = 50"),
    ("policy.deadline_millis", "100", "rollback.latency_p99_millis = 100"),
    ("policy.name", "mlp", "policy.mlp_directory"),
    ("hierarchical_reasoning_model.act.M_min", "5", "act.M_max = 4"),
    ("hierarchical_reasoning_model.output_heads.quantity_max", "-0", ""),
    ("risk.max_order_notional_quote", "25000.01", "risk.max_position_notional_quote = 25000"),
    ("risk.max_gross_exposure_quote", "24999", "risk.max_gross_exposure_quote = 24999"),
    ("risk.risk_per_trade", "0.031", "risk.max_daily_loss = 0.03"),
    ("risk.max_daily_loss", "0.16", "risk.max_drawdown = 0.15"),
  ])
  func valuesMustAgree(key: String, value: String, named: String) {
    let found = errors("", overrides: [(key, value)])
    #expect(found.count == (named.isEmpty ? 0 : 1))
    #expect(named.isEmpty || found.first?.description.contains(named) == true, "\(found)")
  }

  @Test func disagreementIsBlamedOnTheLineThatCausedIt() {
    let found = errors("policy:\n  sma_slow_bars: 5\n")
    #expect(
      found.map(\.description) == [
        "settings.yaml:2: policy.sma_fast_bars = 10: must be below policy.sma_slow_bars = 5"
      ])
  }

  @Test func environmentOfOthersIsIgnored() {
    let fine = [
      "HRMBOT_HOME": "/x", "HRMBOT_DATA": "/y", "HRMBOT_CONTROL": "/z", "HRMBOT_LOG_LEVEL": "debug", "RISK": "1",
    ]
    #expect(errors("", environment: fine).isEmpty)
    for name in ["HRMBOT_RISK", "HRMBOT_RISK_", "HRMBOT_CONTROL_POLL", "HRMBOT_RSIK_MAX_DRAWDOWN"] {
      #expect(errors("", environment: [name: "1"]).count == 1, "\(name)")
    }
    #expect(errors("", environment: ["HRMBOT_RISK_MAX_DRAWDOWN": ""]).count == 1)
  }

  @Test func overridesMustBeDistinct() {
    let found = errors("", overrides: [("risk.max_drawdown", "0.1"), ("risk.max_drawdown", "0.9")])
    #expect(found.map(\.problem) == ["is given twice; keep one"])
  }

  @Test func filesThatAreNotFilesAreRefused() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("settings-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let pipe = directory.appendingPathComponent("pipe").path
    #expect(mkfifo(pipe, 0o600) == 0)
    let large = directory.appendingPathComponent("large").path
    try Data(repeating: 35, count: 1 << 20).write(to: URL(fileURLWithPath: large))
    for path in [directory.path, pipe, large, "/dev/zero", directory.path + "/none", "a\0b"] {
      #expect(throws: SettingsErrors.self, "\(path)") {
        try SettingsLoader.load(path: path, environment: [:], overrides: [])
      }
    }
  }
}
