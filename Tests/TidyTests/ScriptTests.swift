import Foundation
import Testing

@Suite struct ScriptTests {
  /// A package's own scripts are of another kind; PackageTests look at them.
  private static let scripts = (Repository.paths(under: "scripts") + Repository.paths(under: ".ci")).filter {
    !$0.hasSuffix(".py") && !$0.hasSuffix(".swift") && !$0.hasSuffix(".c") && !$0.hasPrefix("scripts/debian/")
  }

  @Test func scriptsFailLoudly() throws {
    #expect(Self.scripts.count >= 6)
    for path in Self.scripts {
      #expect(FileManager.default.isExecutableFile(atPath: "\(Repository.root)/\(path)"), "\(path): chmod +x")
      let lines = try Repository.file(path).text.split(separator: "\n")
      #expect(lines.first == "#!/usr/bin/env bash", "\(path)")
      let first = lines.first { !$0.hasPrefix("#") }
      #expect(first == "set -euo pipefail", "\(path)")
    }
  }

  @Test(.enabled(if: Repository.has("shellcheck"), "shellcheck is not installed"))
  func shellcheckHasNoComplaint() throws {
    let (code, output) = try Repository.run(["shellcheck"] + Self.scripts)
    #expect(code == 0, "\(output)")
  }

  @Test(.enabled(if: Repository.has("systemd-analyze"), "systemd-analyze is not installed"))
  func systemdUnitIsSoundAndHardened() throws {
    let (code, output) = try Repository.run(["scripts/check-unit"])
    #expect(code == 0, "\(output)")
  }
}
