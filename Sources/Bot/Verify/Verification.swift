import Control
import Core
import Digest
import Journal
import Settings

/// The check of a whole journal: the chain first, then re-execution.
package struct Verification: Sendable {
  package var journal: String
  package var records: UInt64
  package var hash: String
  /// What is wrong with the chain; nil when nothing is.
  package var chainProblem: String?
  package var replay: ReplayVerification.Report?

  /// Whether chain and re-execution are as recorded.
  package var isGood: Bool { chainProblem == nil && replay?.difference == nil }

  /// Checks the journal in a directory.
  ///
  /// - Throws: `StartError` when it cannot be read at all.
  package static func run(
    journal directory: String, home: StateDirectory, settingsPath: String?, paths: BotSettings, chainOnly: Bool,
    recomputesNetwork: Bool, progress: (UInt64, UInt64) -> Void
  ) async throws -> Verification {
    var verification = Verification(journal: directory, records: 0, hash: "", chainProblem: nil, replay: nil)
    switch try ChainVerifier.verify(directory) {
    case .ok(let head, _):
      verification.records = head.count
      verification.hash = SHA256.hex(head.hash)
    case .broken(let problem): verification.chainProblem = problem.description
    }
    guard verification.chainProblem == nil, !chainOnly else { return verification }
    let rules: InstrumentSettings
    do { rules = try InstrumentSettings.load(besideSettings: settingsPath) } catch {
      throw StartError("\(error)", exitCode: 78)
    }
    let query = try JournalQuery(directory: directory)
    let replay = ReplayVerification(
      query: query, home: home, rules: rules, paths: paths, recomputesNetwork: recomputesNetwork)
    verification.replay = try await replay.run(progress: progress)
    return verification
  }

  /// In words.
  package var text: String {
    var lines = ["journal  \(journal)"]
    if let chainProblem {
      lines.append("chain    BROKEN: \(chainProblem)")
    } else {
      lines.append("chain    good: \(records) records, hash \(hash.prefix(16))…")
    }
    if let replay {
      if let difference = replay.difference {
        lines.append("replay   DIFFERS at \(difference)")
      } else {
        lines.append(
          "replay   the same: \(replay.records) records, \(replay.decisions) decisions, \(replay.networkAnswers) network "
            + "answers computed again, \(replay.sessions) sessions")
      }
      lines += replay.notes.map { "note     \($0)" }
    }
    return lines.joined(separator: "\n")
  }

  /// One JSON object.
  package func json() -> CanonicalJSON {
    var out = CanonicalJSON()
    out.object { out in
      out.key("chain_problem")
      if let chainProblem { out.value(chainProblem) } else { out.null() }
      out.key("difference")
      if let difference = replay?.difference { out.value(difference.description) } else { out.null() }
      out.key("difference_sequence")
      if let difference = replay?.difference { out.value(difference.sequence) } else { out.null() }
      out.key("good")
      out.value(isGood)
      out.key("journal_hash")
      out.value(hash)
      out.key("notes")
      out.array { out in replay?.notes.forEach { out.value($0) } }
      out.key("records")
      out.value(records)
      out.key("replayed")
      out.value(replay != nil)
    }
    return out
  }
}
