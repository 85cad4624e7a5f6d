import ArgumentParser
import Bot
import Core
import Foundation
import Settings

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Check and show settings.",
    discussion: """
      EXAMPLES
        hrmbot config check
        hrmbot config show
        hrmbot config reference
      """,
    subcommands: [Check.self, Show.self, Schema.self, File.self, Reference.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Name every mistake in the settings at once. Exit code 78 if there is one.",
      discussion: """
        EXAMPLE
          hrmbot config check --settings /etc/hrmbot/settings.yaml
        """)
    @OptionGroup var settings: SettingsOptions

    func run() throws {
      _ = try settings.load()
      do { _ = try InstrumentSettings.load(besideSettings: settings.path) } catch {
        throw StartError("\(error)", exitCode: 78)
      }
      print("settings are good")
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the settings that hold, and where each comes from.",
      discussion: """
        EXAMPLES
          hrmbot config show
          hrmbot config show --json
        """)
    @OptionGroup var settings: SettingsOptions
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
      let loaded = try settings.load()
      print(json ? String(decoding: loaded.canonicalJSON, as: UTF8.self) : SettingsSchema.show(loaded))
    }
  }

  struct File: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a commented settings file with all defaults.",
      discussion: """
        EXAMPLE
          hrmbot config file > settings.yaml
        """)

    func run() throws { print(SettingsSchema.file(), terminator: "") }
  }

  struct Reference: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the configuration reference, docs/configuration.md.",
      discussion: """
        EXAMPLE
          hrmbot config reference > docs/configuration.md
        """)

    func run() throws { print(SettingsSchema.reference(), terminator: "") }
  }

  struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Every setting with its unit, range, default and meaning.",
      discussion: """
        EXAMPLES
          hrmbot config schema
          hrmbot config schema --json
        """)
    @Flag(help: "JSON schema.") var json = false

    func run() throws { print(json ? SettingsSchema.jsonSchema() : SettingsSchema.table()) }
  }
}
