import Foundation
import Settings

/// Settings as a session record has them: one flat JSON object of full names and values, without places on disk.
enum SessionSettings {
  /// The settings of a session, with the places of `paths`. Throws `SettingsErrors` and what JSON parsing throws.
  static func read(_ json: [UInt8], paths: BotSettings) throws -> BotSettings {
    let object = try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any] ?? [:]
    let pairs = object.keys.sorted().compactMap { key in text(object[key]).map { (key: key, value: $0) } }
    var settings = try SettingsLoader.load(path: nil, environment: [:], overrides: pairs).settings
    settings.policy.modelDirectory = paths.policy.modelDirectory
    settings.policy.mlpDirectory = paths.policy.mlpDirectory
    return settings
  }

  /// A value as the command line would give it; nil for one that the model decides.
  private static func text(_ value: Any?) -> String? {
    switch value {
    case let text as String: return text
    case let flag as Bool: return flag ? "true" : "false"
    case let list as [Any]: return "[" + list.map { "\($0)" }.joined(separator: ", ") + "]"
    case nil, is NSNull: return nil
    case let other?: return "\(other)"
    }
  }
}
