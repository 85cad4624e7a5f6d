import Core

/// What can make a policy unfit without a decision of it: the process's memory, and the files that it came from. Looked
/// at beside the trading loop; what is found goes in as an input, so that it is on record.
package struct PolicyWatch: Sendable {
  /// How the files of a policy stand.
  package enum Files: Sendable, Equatable {
    /// As they were loaded, or another good policy that a restart will load.
    case good
    /// Not what their manifest says.
    case bad(String)
  }

  /// Seconds after which memory that is still too much is told again.
  private static let repeatSeconds = 60
  private let policy: String
  private let limitMebibytes: Int
  private let checkSeconds: Int
  private var memoryToldAt: Int?
  private var filesLookedAt: Int?
  private var badLooks = 0

  /// A watch over the policy with that name. Limits of 0 watch nothing.
  package init(policy: String, limitMebibytes: Int, checkSeconds: Int) {
    self.policy = policy
    self.limitMebibytes = limitMebibytes
    self.checkSeconds = checkSeconds
  }

  /// What to enter at a moment, in seconds from any start. Files are asked for only when a look at them is due, and must
  /// be bad twice in a row: somebody may just be replacing them.
  package mutating func look(
    at seconds: Int, residentMebibytes: Int, files: () -> Files
  ) -> [ControlCommand] {
    var commands: [ControlCommand] = []
    if limitMebibytes > 0, residentMebibytes > limitMebibytes {
      if memoryToldAt.map({ seconds - $0 >= Self.repeatSeconds }) ?? true {
        memoryToldAt = seconds
        commands.append(.memory(mebibytes: residentMebibytes))
      }
    } else {
      memoryToldAt = nil
    }
    guard checkSeconds > 0, filesLookedAt.map({ seconds - $0 >= checkSeconds }) ?? false else {
      // The start has just verified them.
      filesLookedAt = filesLookedAt ?? seconds
      return commands
    }
    filesLookedAt = seconds
    switch files() {
    case .good: badLooks = 0
    case .bad(let evidence):
      badLooks += 1
      if badLooks == 2 { commands.append(.archiveMismatch(policy: policy, evidence: evidence)) }
    }
    return commands
  }
}
