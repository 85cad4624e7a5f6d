import HRM

/// What several processes that train one network must agree on.
extension TrainingRun {
  /// The latest step that every process has a checkpoint of. They are never more than one checkpoint apart, and each
  /// keeps two.
  func latestStep(_ directory: RunDirectory) throws -> Int {
    let own = directory.steps()
    var latest = [Double](repeating: 0, count: trainer.exchange.count)
    latest[trainer.exchange.rank] = Double(own.last ?? -1)
    let step = Int(trainer.exchange.sum(latest).min() ?? -1)
    guard trainer.exchange.sum([own.contains(step) ? 0 : 1]) == [0] else {
      throw TrainingError(
        trainer.exchange.count == 1
          ? "\(directory.path): has no complete checkpoint to go on from"
          : "\(directory.path): has no complete checkpoint of one step from each of \(trainer.exchange.count) processes"
      )
    }
    return step
  }

  /// The first process looks, the others take its word: all decide alike.
  func sharedValidation() throws -> Validation {
    var result = Validation(score: 0, standardError: 0)
    if isFirstProcess { result = try trainer.task.validate(trainer.average, threads: threads) }
    let shared = trainer.exchange.sum([result.score, result.standardError])
    (result.score, result.standardError) = (shared[0], shared[1])
    return result
  }

  /// Throws if the weights of the processes differ, as on machines with other instruction sets they would.
  func expectAgreement() throws {
    let exchange = trainer.exchange
    guard exchange.count > 1 else { return }
    var digests = [Double](repeating: 0, count: exchange.count)
    digests[exchange.rank] = Double(
      trainer.network.parameters.weightsDigest.prefix(6).reduce(0) { $0 << 8 | UInt64($1) })
    let all = exchange.sum(digests)
    guard all.allSatisfy({ $0 == all[0] }) else {
      throw TrainingError("the weights of \(exchange.count) processes differ after step \(trainer.step)")
    }
  }
}
