import Agent
import Digest
import Files
import Foundation
import HRM
import Settings

/// A policy on disk, read and verified: a network's model directory, or an archived `mlp`.
package struct PolicyEntry: Sendable {
  /// What it is.
  package enum Kind: String, Sendable { case hrm, mlp }

  /// Its directory.
  package internal(set) var path: String
  package let kind: Kind
  /// Version name in the manifest.
  package let name: String
  /// SHA-256 of the weights in hex: its identity.
  package let weightsSHA256: String
  /// The manifest as it stands in its file: what a signature covers.
  package let manifestBytes: [UInt8]
  /// How far its signature can be trusted.
  package let standing: SignatureStanding
  /// The manifest of a network; nil for an `mlp`.
  package let model: ModelManifest?
  /// Why a bot with these settings would not use it; nil if it would.
  package let refusal: String?

  /// Files that belong to an entry of a kind; the last ones need not be there.
  static func files(of kind: Kind) -> (needed: [String], optional: [String]) {
    switch kind {
    case .hrm: ([ModelDirectory.weightsFile, ModelDirectory.manifestFile], [PolicySignature.fileName])
    case .mlp:
      (
        ["ppo-fallback.safetensors", mlpManifest],
        ["vectors-policy.json", PolicySignature.fileName]
      )
    }
  }

  private static let mlpManifest = "ppo-fallback.json"

  /// Reads a directory and verifies all of it: every file's SHA-256, and the signature where there is one.
  ///
  /// - Throws: `StartError` 66 where there is none, 65 where it is not what it says.
  package init(_ path: String, settings: PolicySettings) throws {
    try self.init(path, settings, isToBeSigned: false)
  }

  /// The same for somebody who is about to replace the signature: the present one may be anybody's.
  package init(unsignedAt path: String, settings: PolicySettings) throws {
    try self.init(path, settings, isToBeSigned: true)
  }

  private init(_ path: String, _ settings: PolicySettings, isToBeSigned: Bool) throws {
    guard FileManager.default.fileExists(atPath: path) else {
      throw StartError("\(path): no such policy; `hrmbot policy list` shows them", exitCode: 66)
    }
    let isMLP = FileManager.default.fileExists(atPath: "\(path)/\(Self.mlpManifest)")
    kind = isMLP ? .mlp : .hrm
    self.path = path
    do {
      manifestBytes = try BoundedFile.read(
        "\(path)/\(isMLP ? Self.mlpManifest : ModelDirectory.manifestFile)", limit: ModelDirectory.maxManifestBytes)
      if isMLP {
        let policy = try MLPPolicy(directory: path)
        (name, weightsSHA256, model) = (policy.identity.name, policy.identity.sha256, nil)
      } else {
        // As the bot would load it: tensors and all.
        let manifest = try ModelDirectory.weights(of: path).0
        guard try ModelDirectory.manifest(manifestBytes, of: path) == manifest else {
          throw PolicyError.unavailable("\(path): the manifest changed while it was read")
        }
        (name, weightsSHA256, model) = (manifest.name, manifest.weightsSHA256, manifest)
      }
      standing =
        isToBeSigned
        ? (FileManager.default.fileExists(atPath: "\(path)/\(PolicySignature.fileName)")
          ? .unchecked(publicKey: "") : .unsigned)
        : try SignatureStanding(directory: path, manifest: manifestBytes, trustedKey: settings.publicKey)
    } catch let error as StartError { throw error } catch { throw StartError("\(error)", exitCode: 65) }
    refusal =
      standing.refusal(isLive: false, isRequired: settings.requireSignature)
      ?? model?.tradingRefusal(minimumAgreement: settings.minimumAgreement.approximate)
  }

  /// Writes its signature beside the manifest. Durable when it returns. Throws `StartError` 73.
  package func sign(with key: SigningKey) throws {
    let signature = PolicySignature(of: manifestBytes, by: key)
    do {
      try DurableFile.replace("\(path)/\(PolicySignature.fileName)", with: signature.bytes, mode: 0o644)
    } catch { throw StartError("\(error)", exitCode: 73) }
  }
}
