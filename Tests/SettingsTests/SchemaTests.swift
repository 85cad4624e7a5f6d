import Core
import Foundation
import Settings
import Testing

@Suite struct SchemaTests {
  @Test func fileInRepositoryIsGenerated() throws {
    let file = try repositoryFile("config/settings.yaml")
    #expect(file == SettingsSchema.file(), "write it anew with scripts/generate")
  }

  @Test func referenceInRepositoryIsGenerated() throws {
    let page = try repositoryFile("docs/configuration.md")
    #expect(page == SettingsSchema.reference(), "write it anew with scripts/generate")
  }

  @Test func referenceSaysEverythingAboutEveryValue() {
    let rows = SettingsSchema.reference().split(separator: "\n")
    for entry in SettingsSchema.entries {
      // Two sections may have a key of one name.
      let isThere = rows.contains { row in
        row.hasPrefix("| `\(entry.key)` | \(entry.type) | \(entry.unit) |") && row.contains("`\(entry.defaultText)`")
          && row.contains(entry.documentation) && row.count(where: { $0 == "|" }) == 7
      }
      #expect(isThere, "\(entry.name)")
    }
    for section in SettingsSchema.sections {
      #expect(rows.contains("## \(section.name)"))
    }
  }

  @Test func fileInRepositoryLoadsToTheDefaults() throws {
    let loaded = try load(try repositoryFile("config/settings.yaml"))
    #expect(loaded.settings == BotSettings())
    #expect(loaded.origins.count == SettingsSchema.entries.count)
    #expect(loaded.origins.values.allSatisfy { if case .file = $0 { true } else { false } })
  }

  @Test func everyLeafOfTheTypeHasOneEntry() {
    func leaves(_ value: Any) -> Int {
      let mirror = Mirror(reflecting: value)
      let isSection = "\(type(of: value))".hasSuffix("Settings") || "\(type(of: value))".hasSuffix("Module")
      return isSection ? mirror.children.reduce(0) { $0 + leaves($1.value) } : 1
    }
    #expect(leaves(BotSettings()) == SettingsSchema.entries.count)
    #expect(Set(SettingsSchema.entries.map(\.name)).count == SettingsSchema.entries.count)
    #expect(Set(SettingsSchema.entries.map(\.environmentName)).count == SettingsSchema.entries.count)
  }

  @Test func everyEntryIsDocumentedInAKnownSection() {
    for entry in SettingsSchema.entries {
      #expect(SettingsSchema.sections.contains { $0.name == entry.section }, "\(entry.name)")
      #expect(entry.documentation.hasSuffix("."), "\(entry.name)")
      #expect(SettingsSchema.table().contains(entry.name), "\(entry.name)")
    }
  }

  @Test func jsonSchemaNamesEveryValueAndForbidsOthers() throws {
    let object = try JSONSerialization.jsonObject(with: Data(SettingsSchema.jsonSchema().utf8))
    for entry in SettingsSchema.entries {
      var node = object as? [String: Any]
      for part in entry.name.split(separator: ".") {
        #expect(node?["additionalProperties"] as? Bool == false, "\(entry.name)")
        node = (node?["properties"] as? [String: Any])?[String(part)] as? [String: Any]
      }
      #expect(node?["description"] != nil, "\(entry.name)")
    }
  }

  @Test func shownSettingsLoadBack() throws {
    let first = try load(
      "risk:\n  max_drawdown: 0.2\nmarket:\n  timeframe: 5m\n",
      environment: ["HRMBOT_PAPER_CASH_QUOTE": "5000.25"],
      overrides: [
        ("policy.model_directory", "/srv/model #1's"), ("hierarchical_reasoning_model.h_module.hidden_dim", "512"),
        ("market.simulated_instruments", "SIM-A,SIM-B"),
        ("hierarchical_reasoning_model.hierarchical.convergence_threshold", "1e-9"),
      ])
    let shown = SettingsSchema.show(first)
    #expect(shown.contains("max_drawdown: 0.2  # line 2 of the file"))
    #expect(shown.contains("cash_quote: 5000.25  # from HRMBOT_PAPER_CASH_QUOTE"))
    let second = try load(shown)
    #expect(second.settings == first.settings)
    #expect(second.canonicalJSON == first.canonicalJSON)
  }

  @Test(arguments: [
    "/plain", "", "a b # c: [d], {e}", "it's", "say \"x\"", "back\\slash", "/gr\u{FC}n? ja", "null", "~",
  ])
  func pathsComeBack(path: String) throws {
    let loaded = try load(overrides: [("policy.model_directory", path)])
    #expect(loaded.settings.policy.modelDirectory == path)
    #expect(try load(SettingsSchema.show(loaded)).settings == loaded.settings)
  }

  @Test(arguments: ["a&b", "a*", "!a", "a|b", "a>b", "'\"", "a\nb", "a\u{2028}b", String(repeating: "a", count: 1025)])
  func pathsThatCannotBeWrittenAreRefused(path: String) {
    #expect(errors("", overrides: [("policy.model_directory", path)]).count == 1)
  }

  @Test func canonicalJSONIsSortedExactAndWithoutPaths() throws {
    let text = String(decoding: try load().canonicalJSON, as: UTF8.self)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object.count == SettingsSchema.entries.count { !$0.isPath })
    #expect(object["risk.max_order_notional_quote"] as? String == "25000")
    #expect(object["policy.model_directory"] == nil)
    let places = object.keys.sorted().map { text.range(of: "\"\($0)\":")!.lowerBound }
    #expect(places == places.sorted())
    let elsewhere = try load(overrides: [("policy.model_directory", "/elsewhere")])
    #expect(elsewhere.canonicalJSON == Array(text.utf8))
    #expect(try load(overrides: [("risk.max_drawdown", "0.1")]).canonicalJSON != Array(text.utf8))
  }

  @Test func secretsDoNotPrint() {
    let secret = Secret("hunter2")
    var dumped = ""
    dump(secret, to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), dumped, "\([secret])", "\(Optional(secret) as Any)"] {
      #expect(!text.contains("hunter2"))
      #expect(text.contains("***"))
    }
    #expect(secret.withRevealed { $0 } == "hunter2")
  }
}
