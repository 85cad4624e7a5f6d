import Agent
import ArgumentParser
import Bot
import Control
import Core
import Foundation
import HRM
import Settings

struct PolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "Keep, compare, verify and sign policies.",
    discussion: """
      The archive is a directory of the state directory, with one entry for each policy: its weights, its manifest with \
      the SHA-256 of every file, and a signature if it has one. A policy is named by its entry, or by any directory. \
      Nothing here changes who decides: `hrmbot rollback` and `hrmbot promote` do. See docs/rollback.md.

      EXAMPLES
        hrmbot policy list
        hrmbot policy archive run1/model --as 2026-11
        hrmbot policy diff 2026-10 2026-11
        hrmbot policy profile run1/model --data DIR --timeframe 1h

      EXIT CODES
        0 done   1 a check failed, or policies differ   64 wrong usage   65 not what its manifest says   66 no such policy
        73 cannot write, or exists already   78 wrong configuration
      """,
    subcommands: [
      List.self, Show.self, Diff.self, Archive.self, Verify.self, Sign.self, Keygen.self, Profile.self,
    ])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the policies that there are, and which the settings name.",
      discussion: """
        EXAMPLES
          hrmbot policy list
          hrmbot policy list --json | jq '.[] | select(.refusal != null)'
        """)
    @OptionGroup var common: CommonOptions
    @OptionGroup var settings: SettingsOptions
    @Flag(help: "One JSON array.") var json = false

    func run() throws {
      let loaded = try settings.load().settings
      let rows = PolicyRow.all(loaded, home: common.stateDirectory)
      print(json ? try Output.json(rows) : PolicyRow.table(rows))
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say what a policy is, who signed it, and what it is measured against.",
      discussion: """
        EXAMPLES
          hrmbot policy show 2026-11
          hrmbot policy show models/default --json | jq .reference
        """)
    @OptionGroup var common: CommonOptions
    @OptionGroup var settings: SettingsOptions
    @Argument(help: "Entry of the archive, or a directory.") var policy: String
    @Flag(help: "One JSON object: the manifest, and what was found.") var json = false

    func run() throws {
      let loaded = try settings.load().settings
      let entry = try PolicyEntry(
        PolicyStore(home: common.stateDirectory, settings: loaded.policy).directory(policy), settings: loaded.policy)
      print(json ? try PolicyText.json(entry) : PolicyText.text(entry, loaded.rollback))
    }
  }
}

/// One line of the list.
struct PolicyRow: Encodable {
  var name: String
  var kind: String
  /// Where it is; nil: part of the program.
  var path: String?
  var sha256: String?
  var signature: String?
  /// What the settings use it for: `hrm`, `mlp`, `fallback`; nil: nothing.
  var use: String?
  /// Why a bot would not use it; nil if it would.
  var refusal: String?

  static func all(_ settings: BotSettings, home: StateDirectory) -> [PolicyRow] {
    let policy = settings.policy
    var rows: [PolicyRow] = []
    func use(_ name: String) -> String? {
      let uses = [policy.name == name ? "policy.name" : nil, policy.fallback == name ? "policy.fallback" : nil]
        .compactMap { $0 }
      return uses.isEmpty ? nil : uses.joined(separator: ", ")
    }
    rows.append(PolicyRow(name: "flat", kind: "rule", use: use("flat")))
    rows.append(PolicyRow(name: "sma-cross", kind: "rule", use: use("sma-cross")))
    let choice = ModelChoice(settings, home: home)
    if let path = try? choice.directory() {
      var row = PolicyRow(path: path, settings: policy)
      row.use = use("hrm") ?? "policy.model_directory"
      rows.append(row)
    }
    if !policy.mlpDirectory.isEmpty {
      var row = PolicyRow(path: policy.mlpDirectory, settings: policy)
      row.use = use("mlp") ?? "policy.mlp_directory"
      rows.append(row)
    }
    let store = PolicyStore(home: home, settings: policy)
    for name in store.names where !rows.contains(where: { $0.path == "\(store.path)/\(name)" }) {
      rows.append(PolicyRow(path: "\(store.path)/\(name)", settings: policy))
    }
    return rows
  }

  private init(name: String, kind: String, use: String?) { (self.name, self.kind, self.use) = (name, kind, use) }

  private init(path: String, settings: PolicySettings) {
    self.path = path
    name = URL(fileURLWithPath: path).lastPathComponent
    do {
      let entry = try PolicyEntry(path, settings: settings)
      (kind, sha256, signature) = (entry.kind.rawValue, entry.weightsSHA256, entry.standing.text)
      (name, refusal) = (entry.path.hasSuffix("/\(entry.name)") ? entry.name : "\(name) (\(entry.name))", entry.refusal)
    } catch { (kind, refusal) = ("-", "\(error)") }
  }

  static func table(_ rows: [PolicyRow]) -> String {
    let cells = rows.map { [$0.name, $0.kind, $0.sha256.map { String($0.prefix(12)) } ?? "-", $0.use ?? "-"] }
    let header = ["policy", "kind", "sha256", "used as"]
    let widths = header.indices.map { column in ([header] + cells).map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String], _ last: String) -> String {
      zip(cells, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ") + "  " + last
    }
    let lines = zip(cells, rows).map {
      line($0, $1.refusal.map { "REFUSED: \($0)" } ?? $1.signature ?? "part of the program")
    }
    return ([line(header, "standing")] + lines).joined(separator: "\n")
  }
}
