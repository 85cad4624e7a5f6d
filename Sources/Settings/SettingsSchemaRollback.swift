import Core

extension SettingsSchema {
  static let rollback: [SettingsEntry] = [
    SettingsEntry("rollback", "enabled", \.rollback.isEnabled, .bool, "Whether the bot replaces a failing policy."),
    SettingsEntry(
      "rollback", "consecutive_failures", \.rollback.consecutiveFailures, .integer(1...1000), unit: "decisions",
      "Failures in a row that replace the policy."),
    SettingsEntry(
      "rollback", "error_rate", \.rollback.errorRate, .decimal("0", "1"), unit: "share of decisions",
      "Share of failures among the last decisions above which the policy is replaced; 1: never."),
    SettingsEntry(
      "rollback", "error_window", \.rollback.errorWindow, .integer(1...10_000), unit: "decisions",
      "Decisions over which the share is taken."),
    SettingsEntry(
      "rollback", "latency_p99_millis", \.rollback.latencyP99Millis, .integer(2...120_000), unit: "milliseconds",
      "99th percentile of the decision time that replaces the policy."),
    SettingsEntry(
      "rollback", "latency_window", \.rollback.latencyWindow, .integer(10...100_000), unit: "decisions",
      "Decisions over which the percentile is taken."),
    SettingsEntry(
      "rollback", "memory_mebibytes", \.rollback.memoryMebibytes, .integer(0...1_048_576), unit: "MiB",
      "Resident memory above which the policy is replaced; 0: no limit."),
    SettingsEntry(
      "rollback", "performance_shortfall", \.rollback.performanceShortfall, .decimal("0", "10"),
      unit: "share of the expectation",
      "How far the mean trade may fall behind the policy's recorded expectation."),
    SettingsEntry(
      "rollback", "performance_trades", \.rollback.performanceTrades, .integer(0...10_000), unit: "trades",
      "Closed trades over which the mean is taken; 0: performance replaces no policy."),
    SettingsEntry(
      "rollback", "drift_index", \.rollback.driftIndex, .decimal("0", "100"), unit: "mean PSI",
      "Drift of the features above which the policy is replaced, where training knew no more itself; 0: never."),
    SettingsEntry(
      "rollback", "archive_check_seconds", \.rollback.archiveCheckSeconds, .integer(0...86_400), unit: "seconds",
      "Time between two looks at the model's files; two bad ones in a row replace the policy; 0: never."),
    SettingsEntry(
      "rollback", "cool_down_seconds", \.rollback.coolDownSeconds, .integer(0...604_800), unit: "seconds",
      "Time after a rollback in which promote is refused."),
  ]
}
