import Core
import Journal
import Settings

/// Settings as a session record has them: one flat JSON object of full names and values, without places on disk.
enum SessionSettings {
  /// The settings of a session, with the places of `paths`. Throws `SettingsErrors` and `JSONTreeError`.
  static func read(_ json: [UInt8], paths: BotSettings) throws -> BotSettings {
    guard case .object(let members, _) = try JSONTree.parse(json) else {
      throw StartError("not a JSON object", exitCode: 65)
    }
    var pairs = members.compactMap { member in text(member.value).map { (key: member.key, value: $0) } }
    pairs += [
      (key: "policy.model_directory", value: paths.policy.modelDirectory),
      (key: "policy.mlp_directory", value: paths.policy.mlpDirectory),
    ].filter { !$0.value.isEmpty }
    return try SettingsLoader.load(path: nil, environment: [:], overrides: pairs).settings
  }

  /// A value as the command line would give it; nil for one that the model decides.
  private static func text(_ value: JSONTree) -> String? {
    switch value {
    case .string(let text), .number(let text): text
    case .bool(let flag): flag ? "true" : "false"
    case .array(let elements, _): elements.compactMap(text).joined(separator: ",")
    case .null, .object: nil
    }
  }
}
