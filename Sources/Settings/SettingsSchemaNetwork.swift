import Core

extension SettingsSchema {
  private static let name = "hierarchical_reasoning_model"

  static let network: [SettingsEntry] =
    module(
      "h_module", "H", \.hierarchicalReasoningModel.hModule.hiddenDimension,
      \.hierarchicalReasoningModel.hModule.layers, \.hierarchicalReasoningModel.hModule.dropout)
    + module(
      "l_module", "L", \.hierarchicalReasoningModel.lModule.hiddenDimension,
      \.hierarchicalReasoningModel.lModule.layers, \.hierarchicalReasoningModel.lModule.dropout)
    + hierarchical + shapes + thinking

  private static func module(
    _ key: String, _ letter: String, _ dimension: WritableKeyPath<BotSettings, Int?> & Sendable,
    _ layers: WritableKeyPath<BotSettings, Int?> & Sendable, _ dropout: WritableKeyPath<BotSettings, Rate> & Sendable
  ) -> [SettingsEntry] {
    [
      SettingsEntry(
        name, "\(key).hidden_dim", dimension, SettingCodec.integer(8...8192).optional(), unit: "units",
        "Width of the \(letter) module; must be the model's."),
      SettingsEntry(
        name, "\(key).num_layers", layers, SettingCodec.integer(1...64).optional(), unit: "layers",
        "Layers of the \(letter) module; must be the model's."),
      SettingsEntry(
        name, "\(key).dropout", dropout, .decimal("0", "0.9"), unit: "probability",
        "Dropout of the \(letter) module in training; the published network has none."),
    ]
  }

  private static let hierarchical: [SettingsEntry] = [
    SettingsEntry(
      name, "hierarchical.N_cycles", \.hierarchicalReasoningModel.cycles, SettingCodec.integer(1...16).optional(),
      unit: "cycles", "High-level cycles per segment, at most the model's; null: the model's (hrm-27m: 3)."),
    SettingsEntry(
      name, "hierarchical.T_timesteps", \.hierarchicalReasoningModel.timesteps, SettingCodec.integer(1...16).optional(),
      unit: "steps", "Low-level steps per cycle, at most the model's; null: the model's (hrm-27m: 5)."),
    SettingsEntry(
      name, "hierarchical.convergence_threshold", \.hierarchicalReasoningModel.convergenceThreshold,
      .number(1e-12...1), unit: "relative change", "Change below which the L loop counts as converged."),
    SettingsEntry(
      name, "hierarchical.max_convergence_steps", \.hierarchicalReasoningModel.maxConvergenceSteps,
      .integer(1...10_000), unit: "steps", "Steps after which a converging L loop is cut off."),
    SettingsEntry(
      name, "hierarchical.converge", \.hierarchicalReasoningModel.runsToConvergence, .bool,
      "Whether the L loop runs to convergence instead of T_timesteps steps."),
  ]

  private static let shapes: [SettingsEntry] = [
    SettingsEntry(
      name, "embeddings.instrument_rows", \.hierarchicalReasoningModel.instrumentEmbeddingRows,
      SettingCodec.integer(1...65_536).optional(), unit: "rows",
      "Instruments that the model knows; must be the model's."),
    SettingsEntry(
      name, "embeddings.timeframe_rows", \.hierarchicalReasoningModel.timeframeEmbeddingRows,
      SettingCodec.integer(1...1024).optional(), unit: "rows", "Bar lengths that the model knows; must be the model's."),
    SettingsEntry(
      name, "output_heads.quantity_min", \.hierarchicalReasoningModel.quantityMin, .decimal("0", "1"),
      unit: "share of the allowed size", "What 0 of the quantity head means."),
    SettingsEntry(
      name, "output_heads.quantity_max", \.hierarchicalReasoningModel.quantityMax, .decimal("0", "1"),
      unit: "share of the allowed size", "What 1 of the quantity head means."),
  ]

  private static let thinking: [SettingsEntry] = [
    SettingsEntry(
      name, "act.M_max", \.hierarchicalReasoningModel.actMax, .integer(1...64), unit: "segments",
      "Most segments of adaptive computation per decision; the model's own number where that is lower."),
    SettingsEntry(
      name, "act.M_min", \.hierarchicalReasoningModel.actMin, .integer(1...64), unit: "segments",
      "Fewest segments per decision."),
    SettingsEntry(
      name, "act.complexity_sets_M_min", \.hierarchicalReasoningModel.complexitySetsMinimum, .bool,
      "Whether complex markets get more: M_min rises to M_max/2 with complexity 1; a deadline still wins."),
    SettingsEntry(
      name, "act.epsilon", \.hierarchicalReasoningModel.actEpsilon, .number(0...1), unit: "probability",
      "Exploration of longer thinking in training."),
  ]
}
