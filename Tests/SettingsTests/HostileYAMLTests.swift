import Core
import Settings
import Testing

@Suite struct HostileYAMLTests {
  private static let bomb =
    "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + zip("abcdefgh", "bcdefghi").map { last, next in
      "\(next): &\(next) [\(Array(repeating: "*\(last)", count: 9).joined(separator: ","))]\n"
    }.joined()

  @Test(arguments: [
    ("aliases", bomb + "risk: *i\n", 1), ("alias as key", "? *a\n: 1\n", 1),
    ("anchor", "risk: &r\n  max_drawdown: 0.1\n", 1), ("alias", "risk:\n  max_drawdown: *x\n", 2),
    ("tag", "risk: !!map\n", 1), ("local tag", "risk:\n  max_drawdown: !x 0.1\n", 2),
    ("tag of a key", "!!str risk:\n", 1), ("merge key", "risk:\n  <<: {max_drawdown: 0.1}\n", 2),
    ("duplicate key", "risk:\n  max_drawdown: 0.1\n  max_drawdown: 0.2\n", 2),
    ("duplicate section", "risk:\n  max_drawdown: 0.1\nmarket:\nrisk:\n", 1),
    ("second document", "risk:\n---\nrisk:\n", 2), ("end marker", "risk:\n...\n", 2),
    ("directive", "%YAML 1.1\nrisk:\n", 1), ("tab", "risk:\n\tmax_drawdown: 0.1\n", 2),
    ("tab after a colon", "risk:\n  max_drawdown:\t0.1\n", 2), ("NUL", "risk:\n  max_drawdown: 0.1\0\n", 2),
    ("escape", "risk:\n  \u{1B}[31m: 1\n", 2), ("byte order mark", "\u{FEFF}risk:\n", 1),
    ("line separator", "# x\u{2028}risk:\n", 1), ("next line", "# x\u{85}risk:\n", 1),
    ("bare carriage return", "# x\rrisk:\n", 1), ("literal block", "policy:\n  name: |\n    hrm\n", 2),
    ("folded block", "policy:\n  name: >\n    hrm\n", 2), ("explicit key", "? risk\n: 1\n", 1),
    ("open quote", "policy:\n  name: \"hrm\n  fallback: flat\"\n", 2),
    ("open bracket", "market:\n  simulated_instruments: [SIM-A,\n    SIM-B]\n", 2),
    ("escape in quotes", "policy:\n  name: \"\\x68rm\"\n", 2), ("reserved", "policy:\n  name: @hrm\n", 2),
    ("text", "policy\n", 1), ("two values", "policy:\n  name: a: b\n", 2),
    ("quote inside a text", "policy:\n  name: it's\n", 2), ("nested lists", "risk: [[[[[[1]]]]]]\n", 1),
    ("deep dashes", "- - - - - - 1\n", 1), ("deep indentation", String(repeating: " ", count: 40) + "risk: 1\n", 1),
    ("wrong indentation", "risk:\n  max_drawdown: 0.1\n max_spread: 0.1\n", 3),
  ])
  func refused(name: String, text: String, line: Int) {
    let found = errors(text)
    #expect(!found.isEmpty, "\(name)")
    #expect(found.first?.origin == .file(line: line), "\(name): \(found)")
  }

  @Test func oneMegabyteIsRefused() {
    #expect(errors(Array(repeating: 35, count: 1 << 20)).first?.problem.contains("larger than 256 KiB") == true)
  }

  @Test func deepNestingEndsWithoutRecursion() {
    let deep = [
      String(repeating: "[", count: 200_000), String(repeating: "{a: ", count: 60_000),
      (0..<400).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n"),
      String(repeating: "- ", count: 100_000),
    ]
    for text in deep { #expect(!errors("risk: \(text)").isEmpty) }
    #expect(!errors(deep[2]).isEmpty)
  }

  @Test(arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]])
  func wrongUTF8IsRefused(bytes: [UInt8]) {
    let found = errors(Array("# fine\nrisk: # ".utf8) + bytes + [10])
    #expect(found.map(\.problem) == ["not UTF-8"])
    #expect(found.first?.origin == .file(line: 2))
  }

  @Test func messagesCannotForgeLogLines() {
    let found = errors(
      "", overrides: [("policy.name", "x\nHALTED\u{1B}[2J\u{202E}" + String(repeating: "y", count: 500))])
    #expect(found.count == 1)
    let text = found[0].description
    #expect(!text.contains("\n") && !text.contains("\u{1B}") && !text.contains("\u{202E}"))
    #expect(text.count < 300)
  }

  @Test func manyErrorsAreCut() {
    let text = "risk:\n" + (0..<20_000).map { "  a\($0): 1\n" }.joined()
    #expect(throws: SettingsErrors.self) {
      do { _ = try load(text) } catch let error as SettingsErrors {
        #expect(error.errors.count == SettingsErrors.capacity)
        #expect(error.omitted == 19_900)
        throw error
      }
    }
  }

  @Test func windowsLineEndsAndQuotesAreFine() throws {
    let loaded = try load("policy:\r\n  name: 'flat' # quoted\r\n  model_directory: \"/a b#c: [d]\"\r\n")
    #expect(loaded.settings.policy.name == "flat")
    #expect(loaded.settings.policy.modelDirectory == "/a b#c: [d]")
  }

  @Test(arguments: ["config/settings.yaml", "config/instruments.yaml"])
  func mutatedFilesNeverCrash(path: String) throws {
    let original = Array(try repositoryFile(path).utf8)
    let interesting = Array("&*!|>%@`{}[]:-,#?'\"\\\n\t\0 0~<\u{85}\u{2028}".utf8) + [0xFF, 0x80]
    let seed: UInt64 = 20_240_301
    var refused = 0
    for round in 0..<1_500 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest, step: UInt64(round))
      var bytes = original
      for _ in 0...random.below(4) {
        let place = random.below(bytes.count)
        switch random.below(5) {
        case 0: bytes[place] = interesting[random.below(interesting.count)]
        case 1: bytes.insert(interesting[random.below(interesting.count)], at: place)
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(40)))
        case 3: bytes[place] = UInt8(random.below(256))
        default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + random.below(200))], at: place)
        }
        if bytes.isEmpty { bytes = original }
      }
      let found: [SettingsError]
      if path.hasSuffix("settings.yaml") { found = errors(bytes) } else { found = instrumentErrors(bytes) }
      refused += found.isEmpty ? 0 : 1
      let places = found.allSatisfy { if case .file(let line) = $0.origin { line >= 1 } else { true } }
      #expect(places, "seed \(seed), round \(round)")
    }
    #expect(refused > 300, "the mutations were too tame: \(refused)")
    #expect(refused < 1_500, "comments may be changed")
  }
}
