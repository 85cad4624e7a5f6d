import ArgumentParser
import Bot
import Core
import Files
import Foundation
import Journal

/// Which journal a reading command means.
struct JournalOptions: ParsableArguments {
  @OptionGroup var common: CommonOptions
  @Option(
    help: ArgumentHelp(
      "Directory of the journal.", discussion: "Default: the one that the last run wrote.", valueName: "dir"),
    completion: .directory)
  var journal: String?

  /// The directory. Throws `StartError` when there is none.
  func directory() throws -> String {
    if let journal { return journal }
    let home = common.stateDirectory
    if case .bytes(let bytes) = DurableFile.readSmall(home.lastJournalPath, limit: 4096) {
      let path = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
      if FileManager.default.fileExists(atPath: path) { return path }
    }
    guard FileManager.default.fileExists(atPath: home.journalPath) else {
      throw StartError("no journal in \(home.path); run `hrmbot paper` first, or name one with --journal", exitCode: 66)
    }
    return home.journalPath
  }
}

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say in plain words why a decision was what it was.",
    discussion: """
      What the bot saw, what it wished, which checks passed by what margin, and what followed.

      EXAMPLES
        hrmbot explain last
        hrmbot explain D-1234
        hrmbot explain last --json
      """)
  @OptionGroup var options: JournalOptions
  @Argument(help: "A decision's name such as D-1234, or last.", completion: .list(["last"])) var decision: String
  @Flag(help: "The records themselves, one JSON object a line.") var json = false

  func run() throws {
    let directory = try options.directory()
    do {
      let query = try JournalQuery(directory: directory)
      let found: JournalRecord?
      if decision == "last" {
        found = try query.lastDecision()
      } else {
        guard let id = DecisionID(decision) else {
          throw StartError("\(decision): write a decision's name such as D-1234, or last", exitCode: 64)
        }
        found = try query.decision(id)
      }
      guard let found else { throw StartError("\(directory): no decision \(decision)", exitCode: 66) }
      let following = try query.following(DecisionID(sequence: found.sequence))
      if json {
        for record in [found] + following { print(String(decoding: record.payload, as: UTF8.self)) }
      } else {
        print(try Explanation.text(found, following: following))
      }
    } catch let error as StartError { throw error } catch {
      throw StartError("\(directory): \(error)", exitCode: 65)
    }
  }
}

struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Check a journal: its chain, and that re-execution gives the same records.",
    discussion: """
      Takes the recorded inputs through features, policy, risk and sizing again and names the first record that differs.
      Exit code 1: something differs; the record is named.

      EXAMPLES
        hrmbot replay --verify
        hrmbot replay --verify --journal ~/.local/state/hrmbot/replay
      """)
  @OptionGroup var options: JournalOptions
  @OptionGroup var settings: SettingsOptions
  @Flag(help: "Check. The one thing that this command does so far.") var verify = false
  @Flag(help: "Check the chain only.") var chainOnly = false
  @Flag(help: "Take the network's answers as recorded instead of computing them again.") var skipNetwork = false
  @Flag(help: "One JSON object.") var json = false

  func run() async throws {
    guard verify else { throw ValidationError("say what to do: --verify") }
    let directory = try options.directory()
    let current = try settings.load().settings
    let outcome: Verification
    do {
      outcome = try await Verification.run(
        journal: directory, home: options.common.stateDirectory, settingsPath: settings.path,
        paths: current, chainOnly: chainOnly, recomputesNetwork: !skipNetwork
      ) { done, total in
        if ProgressLine.isWanted { ProgressLine.show("\(done) of \(total) records") }
      }
    } catch let error as StartError { throw error } catch {
      throw StartError("\(directory): \(error)", exitCode: 65)
    }
    ProgressLine.clear()
    print(json ? outcome.json().text : outcome.text)
    if !outcome.isGood { throw ExitCode(1) }
  }
}
