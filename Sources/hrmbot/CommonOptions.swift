import ArgumentParser
import Bot
import Control
import Foundation
import Settings

/// Options that every command with a bot behind it has.
struct CommonOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "State directory.", discussion: "Default: $HRMBOT_HOME, else ~/.local/state/hrmbot.", valueName: "dir"),
    completion: .directory)
  var home: String?

  /// The state directory.
  var stateDirectory: StateDirectory { StateDirectory(path: home, environment: ProcessInfo.processInfo.environment) }
}

/// Options that say which settings hold.
struct SettingsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Settings file.", discussion: "Default: config/settings.yaml if it is there, else the built-in defaults.",
      valueName: "file"), completion: .file(extensions: ["yaml"]))
  var settings: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Sets one value, over file and environment; may be repeated.", valueName: "key=value"),
    completion: Completions.settings)
  var overrides: [String] = []

  /// Loads what holds. Throws `StartError` with code 78 and every mistake at once.
  func load(adding more: [(key: String, value: String)] = []) throws -> LoadedSettings {
    var pairs: [(key: String, value: String)] = []
    for text in overrides {
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw StartError("--set \(text): write --set section.key=value", exitCode: 64)
      }
      pairs.append((String(text[..<equals]), String(text[text.index(after: equals)...])))
    }
    do {
      return try SettingsLoader.load(
        path: path, environment: ProcessInfo.processInfo.environment, overrides: pairs + more)
    } catch { throw StartError("\(error)", exitCode: 78) }
  }

  /// Path of the settings file in use; nil: none.
  var path: String? { settings ?? Self.beside("settings.yaml") }

  private static func beside(_ name: String) -> String? {
    FileManager.default.fileExists(atPath: "config/\(name)") ? "config/\(name)" : nil
  }
}
