/// One value that can be set: everything about it in one place.
public struct SettingsEntry: Sendable {
  /// Section of the file, for example `risk`.
  public let section: String
  /// Key in the section, for example `max_drawdown`; of a nested section with dots, for example `act.M_max`.
  public let key: String
  /// Type in words.
  public let type: String
  /// Unit in words; empty for names and flags.
  public let unit: String
  /// Allowed values in words; empty when the type says it all.
  public let range: String
  /// What it is for, in one line.
  public let documentation: String
  /// Whether it names a place on this computer; such values do not enter the settings hash.
  public let isPath: Bool

  let schema: [String: JSONTree]
  let assign: @Sendable (RawSetting, inout BotSettings) -> SettingProblem?
  let text: @Sendable (BotSettings) -> String
  let json: @Sendable (BotSettings) -> JSONTree

  init<Value: Sendable>(
    _ section: String, _ key: String, _ path: WritableKeyPath<BotSettings, Value> & Sendable,
    _ codec: SettingCodec<Value>, unit: String = "", isPath: Bool = false, _ documentation: String
  ) {
    self.section = section
    self.key = key
    self.unit = unit
    self.isPath = isPath
    self.documentation = documentation
    type = codec.type
    range = codec.range
    schema = codec.schema
    assign = { raw, settings in
      switch codec.parse(raw) {
      case .success(let value):
        settings[keyPath: path] = value
        return nil
      case .failure(let problem): return problem
      }
    }
    text = { codec.text($0[keyPath: path]) }
    json = { codec.json($0[keyPath: path]) }
  }

  /// Full name, for example `risk.max_drawdown`.
  public var name: String { "\(section).\(key)" }

  /// Environment variable that sets it, for example `HRMBOT_RISK_MAX_DRAWDOWN`.
  public var environmentName: String {
    "HRMBOT_" + name.uppercased().replacing(".", with: "_")
  }

  /// Default, as it is written in the file.
  public var defaultText: String { text(BotSettings()) }

  /// Value in `settings`, as it is written in the file.
  public func text(in settings: BotSettings) -> String { text(settings) }

  /// Type, unit, range and default in one line, for example `seconds; 0...604800; default 900`.
  var facts: String {
    let parts = [unit.isEmpty ? type : unit, range.isEmpty || range == type ? "" : range, "default \(defaultText)"]
    return parts.filter { !$0.isEmpty }.joined(separator: "; ")
  }
}
