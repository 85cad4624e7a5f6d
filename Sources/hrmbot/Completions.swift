import ArgumentParser
import Bot
import Control
import Foundation
import Settings

/// What a shell can complete that only the program knows. A completion must be quick and must never fail.
enum Completions {
  /// Policies that can be named.
  static let policies = CompletionKind.list(["hrm", "mlp", "flat", "sma-cross"])
  /// Files of bars.
  static let bars = CompletionKind.file(extensions: ["csv", "gz"])
  /// Keys of the settings, for `--set`.
  static let settings = CompletionKind.custom { _, _, _ in SettingsSchema.entries.map { "\($0.name)=" } }
  /// The name of the latch that holds in the default state directory.
  static let latch = CompletionKind.custom { _, _, _ in
    let home = StateDirectory(path: nil, environment: ProcessInfo.processInfo.environment)
    return LatchFile(stateDirectory: home.path).read().map { [$0.id] } ?? []
  }
  /// Instruments that the rules know, for example for `model vocabulary --add`.
  static let instruments = CompletionKind.custom { _, _, _ in
    ((try? InstrumentSettings.load(besideSettings: nil))?.symbols ?? [])
  }
}
