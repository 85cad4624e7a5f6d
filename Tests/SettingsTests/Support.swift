import Foundation
import Settings

/// A file of the repository that holds this test.
func repositoryFile(_ path: String) throws -> String {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
}

/// The errors of a settings text; empty when it is right.
func errors(
  _ text: String, environment: [String: String] = [:], overrides: [(key: String, value: String)] = []
) -> [SettingsError] {
  errors(Array(text.utf8), environment: environment, overrides: overrides)
}

/// The errors of a settings file given as bytes.
func errors(
  _ bytes: [UInt8], environment: [String: String] = [:], overrides: [(key: String, value: String)] = []
) -> [SettingsError] {
  do throws(SettingsErrors) {
    _ = try SettingsLoader.load(bytes: bytes, file: "settings.yaml", environment: environment, overrides: overrides)
    return []
  } catch {
    return error.errors
  }
}

/// The settings of a text.
func load(
  _ text: String = "", environment: [String: String] = [:], overrides: [(key: String, value: String)] = []
) throws -> LoadedSettings {
  try SettingsLoader.load(
    bytes: Array(text.utf8), file: "settings.yaml", environment: environment, overrides: overrides)
}
