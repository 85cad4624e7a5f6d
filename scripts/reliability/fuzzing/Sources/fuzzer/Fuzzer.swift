import Foundation
import Fuzzing

/// What libFuzzer calls for every input; it brings `main`. `FUZZ_TARGET` names the target.
///
/// `FUZZ_SEEDS` names a directory: the target's seeds and its dictionary are written there, and nothing is fuzzed.
/// The slowest input is found by the thread's own processor time: libFuzzer counts whole seconds of the wall's clock, in
/// which a busy machine may well run something else.
private struct Session {
  let entry: ([UInt8]) -> FuzzOutcome
  var inputs = 0
  var slowestNanoseconds: UInt64 = 0
  var taken = 0

  static func begin() -> Session {
    let environment = ProcessInfo.processInfo.environment
    guard let target = environment["FUZZ_TARGET"].flatMap(FuzzTarget.init(rawValue:)) else {
      print(FuzzTarget.allCases.map(\.rawValue).joined(separator: "\n"))
      exit(64)
    }
    do {
      if let seeds = environment["FUZZ_SEEDS"] {
        try write(target, to: seeds)
        exit(0)
      }
      atexit { print("session: \(session.inputs) \(session.taken) \(session.slowestNanoseconds / 1000)") }
      return Session(entry: try target.makeEntry())
    } catch {
      print("\(target.rawValue): \(error)")
      exit(1)
    }
  }

  private static func write(_ target: FuzzTarget, to directory: String) throws {
    try FileManager.default.createDirectory(atPath: directory + "/corpus", withIntermediateDirectories: true)
    for (index, seed) in target.seeds.enumerated() {
      try Data(seed).write(to: URL(fileURLWithPath: directory + "/corpus/seed-\(index)"))
    }
    let words = target.dictionary.map { word in
      "\"" + word.utf8.map { "\\x" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() + "\"\n"
    }
    try Data(words.joined().utf8).write(to: URL(fileURLWithPath: directory + "/words"))
  }
}

// libFuzzer calls from one thread.
nonisolated(unsafe) private var session = Session.begin()

/// Called once, before anything else: leaving in the midst of an input would count as a crash.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> CInt {
  session.inputs = 0
  return 0
}

/// Called for every input; returns 0, or traps on a finding.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  let began = processorNanoseconds()
  let outcome = session.entry(input)
  session.slowestNanoseconds = max(session.slowestNanoseconds, processorNanoseconds() - began)
  session.inputs += 1
  switch outcome {
  case .taken: session.taken += 1
  case .refused: break
  case .finding(let finding): fatalError(finding)
  }
  return 0
}

private func processorNanoseconds() -> UInt64 {
  var now = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
  return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
}
