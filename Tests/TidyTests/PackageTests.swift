import Foundation
import Testing

/// What a package consists of; `scripts/reliability/systemd` installs one.
@Suite("Package") struct PackageTests {
  private static let lists = (try? Repository.run(["scripts/installed-files", "DIR"]).output) ?? ""
  private var lines: [[String]] {
    Self.lists.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
  }

  @Test func everyFileIsInstalledOnceAndExists() throws {
    #expect(lines.count > 20)
    #expect(Set(lines.map { $0[2] }).count == lines.count)
    for line in lines {
      #expect(line.count == 3, "\(line)")
      if line[1].hasPrefix("DIR/") { continue }
      #expect(FileManager.default.fileExists(atPath: "\(Repository.root)/\(line[1])"), "\(line)")
    }
    // What lies in systemd/ is installed, and an instance is the unit itself with a drop-in.
    let sources = Set(lines.map { $0[1] })
    for file in Repository.paths(under: "systemd") { #expect(sources.contains(file), "\(file)") }
    for unit in ["hrmbot", "hrmbot-guard"] {
      let place = "/usr/lib/systemd/system/\(unit)@.service"
      #expect(lines.contains { $0[1] == "systemd/\(unit).service" && $0[2] == place })
      #expect(lines.contains { $0[1] == "systemd/\(unit)-instance.conf" && $0[2] == "\(place).d/instance.conf" })
    }
  }

  /// Two bots that share a directory would stop, and overwrite, each other.
  @Test func anInstanceSharesNoPath() throws {
    for unit in ["hrmbot", "hrmbot-guard"] {
      let plain = try Repository.file("systemd/\(unit).service").text.split(separator: "\n")
        .filter { !$0.hasPrefix("#") }.joined(separator: "\n")
      let instance = try Repository.file("systemd/\(unit)-instance.conf").text
      let paths = plain.matches(of: /(HRMBOT_\w+=|--settings |StateDirectory=|RuntimeDirectory=|ReadOnlyPaths=-?)(\S+)/)
      #expect(paths.count >= 5)
      for path in paths {
        let own = try Regex("\(path.output.1)\\S*%i").firstMatch(in: instance)
        #expect(own != nil, "\(unit): \(path.output.0)")
      }
      // A list that is emptied forgets its mode: an instance's state was open to everybody.
      for mode in plain.matches(of: /\w+DirectoryMode=\d+/) { #expect(instance.contains("\n\(mode.output)\n")) }
    }
  }

  @Test(.enabled(if: Repository.has("shellcheck"), "shellcheck is not installed"))
  func maintainerScriptsAreSound() throws {
    let scripts = ["postinst", "postrm", "prerm"].map { "scripts/debian/\($0)" }
    for script in scripts { #expect(FileManager.default.isExecutableFile(atPath: "\(Repository.root)/\(script)")) }
    let (code, output) = try Repository.run(["shellcheck"] + scripts)
    #expect(code == 0, "\(output)")
  }

  /// With the bot's own rotation: neither takes away what the other set aside.
  @Test(.enabled(if: Repository.has("logrotate"), "logrotate is not installed"))
  func logrotateKeepsTheLogOpen() throws {
    let place = NSTemporaryDirectory() + "hrmbot-logrotate-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: place) }
    try FileManager.default.createDirectory(
      atPath: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    let log = place + "/hrmbot.log"
    try Data("{\"message\":\"first\"}\n".utf8).write(to: URL(fileURLWithPath: log))
    let handle = try #require(FileHandle(forUpdatingAtPath: log))
    let rules = try Repository.file("systemd/hrmbot.logrotate").text
      .replacing("/var/lib/hrmbot/hrmbot.log /var/lib/hrmbot@*/hrmbot.log", with: log)
      .replacing("    su hrmbot hrmbot\n", with: "")
    try Data(rules.utf8).write(to: URL(fileURLWithPath: place + "/rules"))
    chmod(place + "/rules", 0o644)
    let (code, output) = try Repository.run(["logrotate", "--force", "--state", place + "/state", place + "/rules"])
    #expect(code == 0 && output.isEmpty, "\(output)")
    #expect(try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int == 0)
    let kept = try FileManager.default.contentsOfDirectory(atPath: place).filter { $0.hasSuffix(".gz") }
    #expect(kept.count == 1 && kept[0].wholeMatch(of: /hrmbot\.log-\d{8}-\d+\.gz/) != nil, "\(kept)")
    try handle.write(contentsOf: Data("x".utf8))
    let size = try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int
    #expect(size ?? 0 > 0, "the same file goes on")
  }
}
