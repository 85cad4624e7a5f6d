import Foundation
import Testing

/// Installs below a directory of its own, with programs that are none.
@Suite("Installation") struct InstallTests {
  /// It says something of itself whatever it is asked, so that there is a manual.
  private static let program = "#!/bin/sh\ncase \"$*\" in *--of-dump*) cat >/dev/null ;; esac\necho said\n"

  @Test func upgradesKeepSettingsAndUninstallingKeepsState() throws {
    let place = NSTemporaryDirectory() + "hrmbot-install-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: place) }
    let (root, binaries) = (place + "/root", place + "/binaries")
    let has = { (path: String) in FileManager.default.fileExists(atPath: root + path) }
    #expect(try Repository.run(["scripts/install", "--root", root, "--binaries", binaries]).code == 69)
    try FileManager.default.createDirectory(atPath: binaries, withIntermediateDirectories: true)
    for program in ["hrmbot", "hrmbot-guard"] {
      let made = FileManager.default.createFile(
        atPath: "\(binaries)/\(program)", contents: Data(Self.program.utf8), attributes: [.posixPermissions: 0o755])
      #expect(made)
    }
    for isUpgrade in [false, true] {
      let (code, output) = try Repository.run(["scripts/install", "--root", root, "--binaries", binaries])
      #expect(code == 0, "\(output)")
      #expect(has("/etc/hrmbot/settings.yaml.new") == isUpgrade, "only beside settings that differ")
      try Data("own: settings\n".utf8).write(to: URL(fileURLWithPath: root + "/etc/hrmbot/settings.yaml"))
    }
    let installed = [
      "/usr/bin/hrmbot", "/usr/bin/hrmbot-guard", "/usr/lib/systemd/system/hrmbot.service",
      "/usr/lib/systemd/system/hrmbot-guard.service", "/usr/lib/systemd/system/hrmbot@.service",
      "/usr/lib/systemd/system/hrmbot@.service.d/instance.conf", "/usr/lib/sysusers.d/hrmbot.conf",
      "/usr/lib/tmpfiles.d/hrmbot.conf", "/usr/share/hrmbot/models/default/manifest.json",
      "/usr/share/hrmbot/prometheus/alerts.yaml", "/usr/share/hrmbot/grafana/hrmbot.json",
      "/usr/share/doc/hrmbot/examples/cautious-spot/settings.yaml", "/usr/share/doc/hrmbot/runbook.md",
      "/usr/share/man/man1/hrmbot.1", "/usr/share/man/man1/hrmbot-guard.1",
      "/usr/share/bash-completion/completions/hrmbot", "/usr/share/zsh/vendor-completions/_hrmbot-guard",
    ]
    for path in installed { #expect(has(path), "\(path)") }
    #expect(try String(contentsOfFile: root + "/etc/hrmbot/settings.yaml", encoding: .utf8) == "own: settings\n")
    #expect(FileManager.default.isExecutableFile(atPath: root + "/usr/bin/hrmbot"))

    try FileManager.default.createDirectory(atPath: root + "/var/lib/hrmbot/journal", withIntermediateDirectories: true)
    #expect(try Repository.run(["scripts/uninstall", "--root", root]).code == 0)
    for path in installed { #expect(!has(path), "\(path)") }
    #expect(has("/etc/hrmbot/settings.yaml") && has("/var/lib/hrmbot/journal"))
    #expect(try Repository.run(["scripts/uninstall", "--root", root, "--purge"]).code == 0)
    #expect(!has("/etc/hrmbot") && !has("/var/lib/hrmbot"))
  }
}
