import Control
import Core
import Foundation
import HRM

extension PaperRun {
  /// Watches memory and model files until it is cancelled.
  func watchPolicy(_ prepared: Prepared) async {
    let limits = plan.settings.rollback
    var watch = PolicyWatch(
      policy: "hrm", limitMebibytes: limits.memoryMebibytes,
      checkSeconds: prepared.modelPath == nil ? 0 : limits.archiveCheckSeconds)
    var files = ModelFiles(path: prepared.modelPath ?? "")
    var seconds = 0
    while !Task.isCancelled {
      let resident = (TrainingBenchmark.residentBytes()?.now ?? 0) >> 20
      for command in watch.look(at: seconds, residentMebibytes: resident, files: { files.look() }) {
        mailbox.send(.control(command))
      }
      try? await Task.sleep(for: .seconds(1))
      seconds += 1
    }
  }

  /// Says which triggers have nothing to measure by: a trigger that is off in silence would be taken for one that watches.
  /// A network that is only stood in for is the first thing that the engine hears of.
  func note(_ bench: PolicyBench) {
    if let missing = bench.missing {
      mailbox.send(.control(.archiveMismatch(policy: missing.name, evidence: missing.reason)))
      log.write(.critical, "policy \(missing.name): \(missing.reason); the fallback decides")
    }
    guard let network = bench.network, plan.settings.rollback.isEnabled else { return }
    for text in network.manifest.unwatchedTriggers(plan.settings.rollback) {
      log.write(.notice, "rollback: \(text)")
    }
    if let signature = bench.signature, signature != .trusted {
      log.write(.notice, "policy \(network.manifest.name): \(signature.text)")
    }
  }
}

/// The files of a model: hashed again when they seem to have changed, and every hour.
struct ModelFiles: Sendable {
  private static let looksBetweenHashes = 60
  private let path: String
  private var known: [Int64] = []
  private var looks = 0

  init(path: String) { self.path = path }

  mutating func look() -> PolicyWatch.Files {
    let marks = [ModelDirectory.weightsFile, ModelDirectory.manifestFile, ModelDirectory.signatureFile]
      .flatMap { Self.marks("\(path)/\($0)") }
    looks += 1
    if marks == known, looks % Self.looksBetweenHashes != 0 { return .good }
    do {
      try ModelDirectory.verify(path)
      known = marks
      return .good
    } catch {
      known = []
      return .bad("\(error)")
    }
  }

  private static func marks(_ path: String) -> [Int64] {
    var status = stat()
    guard lstat(path, &status) == 0 else { return [0] }
    return [
      Int64(status.st_ino), Int64(status.st_size), Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec),
    ]
  }
}
