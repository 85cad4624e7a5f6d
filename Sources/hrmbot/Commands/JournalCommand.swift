import ArgumentParser
import Bot
import Core
import Digest
import Foundation
import Journal

struct JournalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "journal", abstract: "Look at a journal, check it, take records out.",
    discussion: """
      EXAMPLES
        hrmbot journal info
        hrmbot journal check --json
        hrmbot journal export --kind decision --from 2026-01-01 --out decisions.jsonl
        hrmbot journal export --whole --out journal.jsonl
        hrmbot journal import journal.jsonl --to copy
        hrmbot journal prune --keep 4 --to /backup/hrmbot
      """,
    subcommands: [
      Info.self, Check.self, JournalExportCommand.self, JournalImportCommand.self, JournalPruneCommand.self,
      JournalHammerCommand.self,
    ])

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Files, sizes, records and sessions of a journal.",
      discussion: """
        EXAMPLES
          hrmbot journal info
          hrmbot journal info --journal ~/.local/state/hrmbot/replay --json
        """)
    @OptionGroup var options: JournalOptions
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
      let directory = try options.directory()
      let info = try JournalOptions.reading(directory) { try JournalInfo(directory: directory) }
      print(json ? info.json().text : info.text)
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Test every hash of the chain, in archives too, and the stored state.",
      discussion: """
        Exit code 1: something is wrong; it is named. `hrmbot replay --verify` re-executes the records besides.

        EXAMPLES
          hrmbot journal check
          hrmbot journal check --open --json
        """, aliases: ["verify"])
    @OptionGroup var options: JournalOptions
    @Flag(help: "Open it for writing first, as a starting bot does: that ends what a crash has cut off.") var open =
      false
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
      let directory = try options.directory()
      let verdict = try JournalOptions.reading(directory) {
        if open { try JournalStore.open(directory: directory, durability: .full, createIfMissing: false).close() }
        return try ChainVerifier.verify(directory)
      }
      var out = CanonicalJSON()
      switch verdict {
      case .ok(let head, _):
        out.object { out in
          out.key("good")
          out.value(true)
          out.key("hash")
          out.value(SHA256.hex(head.hash))
          out.key("records")
          out.value(head.count)
        }
        print(json ? out.text : "good: \(head.count) records, hash \(SHA256.hex(head.hash))")
      case .broken(let problem):
        out.object { out in
          out.key("good")
          out.value(false)
          out.key("problem")
          out.value(problem.description)
        }
        print(json ? out.text : "BROKEN: \(problem)")
        throw ExitCode(1)
      }
    }
  }
}

extension JournalOptions {
  /// Runs `body`; what the journal throws becomes an error with the exit code that fits.
  static func reading<Result>(_ directory: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as StartError { throw error } catch let error as ExitCode {
      throw error
    } catch let error as JournalError {
      switch error {
      case .unknownSchema: throw StartError("\(error)", exitCode: 78)
      case .inUse: throw StartError("\(error)", exitCode: 75)
      case .missing: throw StartError("\(error)", exitCode: 66)
      default: throw StartError("\(error)", exitCode: 65)
      }
    } catch { throw StartError("\(directory): \(error)", exitCode: 65) }
  }
}
