import Agent
import Bot
import Foundation
import HRM
import Settings

/// What there is to say about a policy.
enum PolicyText {
  static func text(_ entry: PolicyEntry, _ rollback: RollbackSettings) -> String {
    var lines = ["directory   \(entry.path)"]
    if let model = entry.model {
      lines.append(
        ModelSummary(
          path: entry.path, manifest: model, weightsByteCount: ModelDirectory.weightsByteCount(of: entry.path),
          loadMillis: nil
        ).text)
    } else {
      lines += [
        "name        \(entry.name)", "kind        mlp, hourly", "files       \(entry.weightsSHA256.prefix(16))…",
      ]
    }
    lines.append("signature   \(entry.standing.text)")
    if let refusal = entry.refusal { lines.append("REFUSED     \(refusal)") }
    if let model = entry.model {
      lines += reference(model.reference)
      lines += model.unwatchedTriggers(rollback).map { "roll-back   \($0)" }
    }
    return lines.joined(separator: "\n")
  }

  /// What it is measured against.
  static func reference(_ reference: PolicyReference?) -> [String] {
    var lines: [String] = []
    if let profile = reference?.profile {
      lines.append("profile     \(profile.source)")
      lines.append(
        "            windows of \(profile.windowBars) bars; the highest of \(profile.windows) in training has PSI "
          + String(format: "%.3f", profile.highestIndex))
    }
    if let expectation = reference?.expectation {
      lines.append(
        String(
          format: "expectation %.2f bp a trade net (deviation %.2f bp) from %d trades: ", expectation.meanReturn * 1e4,
          expectation.deviation * 1e4, expectation.trades) + expectation.source)
    }
    return lines
  }

  private struct Found: Encodable {
    var path: String
    var kind: String
    var name: String
    var weightsSha256: String
    var signature: String
    var refusal: String?
  }

  /// The manifest as it stands, and what was found, as one object.
  static func json(_ entry: PolicyEntry) throws -> String {
    let found = Found(
      path: entry.path, kind: entry.kind.rawValue, name: entry.name, weightsSha256: entry.weightsSHA256,
      signature: entry.standing.word, refusal: entry.refusal)
    // One line for scripts: a line's end is never part of a JSON string.
    let manifest = String(decoding: entry.manifestBytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.joined()
    return "{\"found\":\(try Output.json(found)),\"manifest\":\(manifest)}"
  }
}

extension SignatureStanding {
  /// One word for scripts.
  var word: String {
    switch self {
    case .trusted: "trusted"
    case .unsigned: "unsigned"
    case .unchecked: "unchecked"
    }
  }
}
