import Foundation
import Settings
import Testing

@Suite struct CredentialTests {
  private func place() throws -> String {
    let path = NSTemporaryDirectory() + "hrmbot-credential-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path + "/credentials", withIntermediateDirectories: true)
    return path
  }

  private func write(_ text: String, _ path: String, mode: Int = 0o600) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  @Test func theServiceManagersComesFirst() throws {
    let home = try place()
    defer { try? FileManager.default.removeItem(atPath: home) }
    try write("mine\n", home + "/credentials/a")
    #expect(try Credential.read("a", stateDirectory: home, environment: [:])?.withRevealed { $0 } == "mine")
    #expect(try Credential.read("b", stateDirectory: home, environment: [:]) == nil)
    try write("lent\r\nmore", home + "/a", mode: 0o400)
    let lent = try Credential.read("a", stateDirectory: home, environment: ["CREDENTIALS_DIRECTORY": home])
    #expect(lent?.withRevealed { $0 } == "lent")
    #expect("\(lent!)" == "***")
  }

  @Test(arguments: [("x", 0o640), ("x", 0o604), ("", 0o600), ("two words", 0o600), ("\u{e9}", 0o600)])
  func whatOthersCanReadOrIsNoSecretIsRefusedWithoutShowingIt(_ text: String, _ mode: Int) throws {
    let home = try place()
    defer { try? FileManager.default.removeItem(atPath: home) }
    // Root's files are lent by access lists: their group may read.
    if geteuid() == 0 && mode == 0o640 { return }
    try write(text + "\n", home + "/credentials/a", mode: mode)
    #expect {
      try Credential.read("a", stateDirectory: home, environment: [:])
    } throws: {
      let shown = "\($0)"
      return shown.contains("credentials/a") && (text.count < 2 || !shown.contains(text))
    }
  }
}
