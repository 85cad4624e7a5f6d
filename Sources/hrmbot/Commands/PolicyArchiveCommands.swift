import Agent
import ArgumentParser
import Bot
import Foundation
import Settings

extension PolicyCommand {
  struct Archive: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Copy a policy into the archive, verified before and after.",
      discussion: """
        An entry never changes. To trade with it, name it in policy.model_directory (policy.mlp_directory for an mlp), and
        restart the bot.

        EXAMPLES
          hrmbot policy archive run1/model
          hrmbot policy archive models/default --as shipped-0.1
        """)
    @OptionGroup var common: CommonOptions
    @OptionGroup var settings: SettingsOptions
    @Argument(help: "Directory of the policy.") var source: String
    @Option(name: .customLong("as"), help: "Name of the entry. Default: the policy's own.") var name: String?
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
      let store = PolicyStore(home: common.stateDirectory, settings: try settings.load().settings.policy)
      let entry = try store.add(source, as: name)
      print(json ? try PolicyText.json(entry) : "\(entry.path): \(entry.name), \(entry.standing.text)")
      if let refusal = entry.refusal { Console.note("a bot would not trade with it: \(refusal)") }
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Verify every file of policies, and their signatures. Exit code 1: one is no good.",
      discussion: """
        A signature that is wrong is never accepted; one that is missing only with --signed, or where
        policy.require_signature is true.

        EXAMPLES
          hrmbot policy verify
          hrmbot policy verify 2026-11 --signed
          hrmbot policy verify models/default --json
        """)
    @OptionGroup var common: CommonOptions
    @OptionGroup var settings: SettingsOptions
    @Argument(help: "Entries of the archive, or directories. Default: the whole archive.") var policies: [String] = []
    @Flag(help: "Each must be signed with the key of policy.public_key.") var signed = false
    @Flag(help: "One JSON array.") var json = false

    private struct Result: Encodable {
      var policy: String
      var good: Bool
      var signature: String?
      var problem: String?
    }

    func run() throws {
      var policy = try settings.load().settings.policy
      policy.requireSignature = policy.requireSignature || signed
      let store = PolicyStore(home: common.stateDirectory, settings: policy)
      let results = (policies.isEmpty ? store.names : policies).map { word -> Result in
        do {
          let entry = try PolicyEntry(store.directory(word), settings: policy)
          return Result(
            policy: word, good: entry.refusal == nil, signature: entry.standing.word, problem: entry.refusal)
        } catch { return Result(policy: word, good: false, signature: nil, problem: "\(error)") }
      }
      if json {
        print(try Output.json(results))
      } else {
        for result in results {
          print("\(result.good ? "ok  " : "BAD ")  \(result.policy)  \(result.problem ?? result.signature ?? "")")
        }
        if results.isEmpty { print("the archive \(store.path) is empty") }
      }
      if !results.allSatisfy(\.good) { throw ExitCode(1) }
    }
  }

  struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compare two policies: their manifests, and their weights. Exit code 1: they differ.",
      discussion: """
        EXAMPLES
          hrmbot policy diff 2026-10 2026-11
          hrmbot policy diff models/default run1/model --json | jq .relative_difference
        """)
    @OptionGroup var common: CommonOptions
    @OptionGroup var settings: SettingsOptions
    @Argument(help: "Entry of the archive, or a directory.") var first: String
    @Argument(help: "Entry of the archive, or a directory.") var second: String
    @Option(help: "Most tensors that are shown.") var tensors = 10
    @Flag(help: "One JSON object, with all tensors.") var json = false

    func run() throws {
      let policy = try settings.load().settings.policy
      let store = PolicyStore(home: common.stateDirectory, settings: policy)
      let entries = try [first, second].map { try PolicyEntry(store.directory($0), settings: policy) }
      let difference: PolicyDifference
      do { difference = try PolicyDifference(entries[0], entries[1]) } catch {
        throw StartError("\(error)", exitCode: 65)
      }
      print(json ? try Output.json(difference) : text(difference))
      if !difference.isEmpty { throw ExitCode(1) }
    }

    private func text(_ difference: PolicyDifference) -> String {
      guard !difference.isEmpty else { return "no difference" }
      var lines = difference.fields.map { "\($0.name)\n  - \($0.first ?? "nothing")\n  + \($0.second ?? "nothing")" }
      if let relative = difference.relativeDifference {
        lines.append(String(format: "weights differ by %.4f of the first's norm", relative))
      }
      for tensor in difference.weights.prefix(max(0, tensors)) {
        lines.append(
          String(format: "  %.4f  largest %.5f  ", tensor.relativeDifference, tensor.largestDifference)
            + "\(tensor.tensor) (\(tensor.count))")
      }
      if difference.weights.count > tensors { lines.append("  and \(difference.weights.count - tensors) more tensors") }
      if !difference.incomparable.isEmpty {
        lines.append("cannot be compared: \(difference.incomparable.joined(separator: ", "))")
      }
      return lines.joined(separator: "\n")
    }
  }
}
