import Files

/// Validated settings and where each value came from.
public struct LoadedSettings: Sendable {
  /// The values.
  public let settings: BotSettings
  /// Origin of each value by full name; complete.
  public let origins: [String: SettingOrigin]
  /// File that was read; nil: none.
  public let file: String?

  /// All values but paths as JSON with sorted keys: what the settings hash is taken over.
  public var canonicalJSON: [UInt8] { SettingsSchema.canonicalJSON(of: settings) }
}

/// Brings defaults, file, environment and command line together. The latter wins over the former.
public enum SettingsLoader {
  /// Largest settings file, in bytes.
  public static let maximumBytes = StrictYAML.maximumBytes

  /// Loads settings; every error at once.
  ///
  /// - Parameters:
  ///   - path: the file; nil: none, so that the defaults hold. A file that is named but missing is an error.
  ///   - environment: variables; `HRMBOT_<SECTION>_<KEY>` sets a value.
  ///   - overrides: full names such as `risk.max_drawdown` and values, from the command line.
  /// - Throws: `SettingsErrors`.
  public static func load(
    path: String?, environment: [String: String], overrides: [(key: String, value: String)]
  ) throws(SettingsErrors) -> LoadedSettings {
    guard let path else { return try load(bytes: nil, file: nil, environment: environment, overrides: overrides) }
    let bytes: [UInt8]
    do throws(BoundedFile.Failure) {
      bytes = try BoundedFile.read(path, limit: maximumBytes)
    } catch {
      throw SettingsErrors([
        SettingsError(file: path, origin: .default, key: "", value: nil, problem: error.problem)
      ])
    }
    return try load(bytes: bytes, file: path, environment: environment, overrides: overrides)
  }

  /// Loads settings from the bytes of a file.
  package static func load(
    bytes: [UInt8]?, file: String?, environment: [String: String] = [:],
    overrides: [(key: String, value: String)] = []
  ) throws(SettingsErrors) -> LoadedSettings {
    var assembly = SettingsAssembly(file: file)
    if let bytes {
      do throws(SettingsErrors) {
        assembly.take(try YAMLValue.read(bytes, file: file ?? "settings"))
      } catch {
        assembly.errors += error.errors
      }
    }
    assembly.take(environment: environment)
    assembly.take(overrides: overrides)
    assembly.crossCheck()
    guard assembly.errors.isEmpty else { throw SettingsErrors(assembly.errors) }
    return LoadedSettings(settings: assembly.settings, origins: assembly.origins, file: file)
  }
}
