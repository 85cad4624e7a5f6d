import Agent
import ArgumentParser
import Bot
import Foundation
import Settings

extension PolicyCommand {
  struct Keygen: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Make a key to sign policies with. The private key stays with the operator; the bot needs the public one.",
      discussion: """
        The file is an Ed25519 key in PEM that only its owner may read. Keep it away from the machine that trades.

        EXAMPLES
          hrmbot policy keygen --out ~/hrmbot-signing.pem
          hrmbot policy keygen --out key.pem --json | jq -r .public_key
        """)
    @Option(help: ArgumentHelp("File of the private key; it must not exist.", valueName: "file")) var out: String
    @Flag(help: "One JSON object.") var json = false

    private struct Made: Encodable {
      var path: String
      var publicKey: String
    }

    func run() throws {
      guard !FileManager.default.fileExists(atPath: out) else {
        throw StartError("\(out) exists already; a key is never overwritten, name another file", exitCode: 73)
      }
      var generator = SystemRandomNumberGenerator()
      let key = try SigningKey(seed: (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
      do { try key.write(to: out) } catch { throw StartError("\(error)", exitCode: 73) }
      guard !json else { return print(try Output.json(Made(path: out, publicKey: key.publicKey))) }
      print(
        "private key: \(out) (keep it to yourself)\nin the bot's settings:\npolicy:\n  public_key: \"\(key.publicKey)\""
      )
    }
  }

  struct Sign: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Sign a policy, once every file of it is what its manifest says.",
      discussion: """
        The signature covers the manifest, which has the SHA-256 of every file. Whatever changes afterwards makes it wrong, \
        and a wrong signature is refused everywhere. A private key that others may read is refused, too.

        EXAMPLES
          hrmbot policy sign 2026-11 --key ~/hrmbot-signing.pem
          hrmbot policy sign run1/model --key ~/hrmbot-signing.pem
        """)
    @OptionGroup var common: CommonOptions
    @OptionGroup var settings: SettingsOptions
    @Argument(help: "Entry of the archive, or a directory.") var policy: String
    @Option(help: ArgumentHelp("File of the private key.", valueName: "file")) var key: String
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
      let signing: SigningKey
      do { signing = try SigningKey(file: key) } catch { throw StartError("\(error)", exitCode: 78) }
      var policySettings = try settings.load().settings.policy
      let trusted = policySettings.publicKey
      let store = PolicyStore(home: common.stateDirectory, settings: policySettings)
      let path = store.directory(policy)
      // Whoever signed it before: what counts is that the files are what the manifest says.
      let unsigned = try PolicyEntry(unsignedAt: path, settings: policySettings)
      try unsigned.sign(with: signing)
      policySettings.publicKey = signing.publicKey
      let entry = try PolicyEntry(path, settings: policySettings)
      print(json ? try PolicyText.json(entry) : "\(path): signed by \(signing.publicKey)")
      if trusted != signing.publicKey {
        Console.note("set policy.public_key to \"\(signing.publicKey)\", or the bot cannot check it")
      }
    }
  }
}
