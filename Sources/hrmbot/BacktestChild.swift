import Foundation
import Glibc
import Server
import Synchronization

/// Runs a backtest for somebody who asks the running bot: as a process of its own at the lowest priority, one at a time,
/// for a limited time, so that nothing in it can hold up or end trading.
final class BacktestChild: Sendable {
  private static let seconds = 60
  private static let outputBytes = 4 << 20
  private let home: String
  private let settings: String?
  private let isRunning = Mutex(false)
  /// The process, while there is one.
  private let child = Mutex<pid_t?>(nil)

  /// `settings`: path of the bot's settings file; nil: it has none.
  init(home: String, settings: String?) {
    self.home = home
    self.settings = settings
  }

  func run(_ wish: BacktestWish) async -> BacktestWish.Outcome {
    let isFree = isRunning.withLock { running in
      defer { running = true }
      return !running
    }
    guard isFree else { return .busy }
    defer { isRunning.withLock { $0 = false } }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        // Waits for a process: not on a thread that others need.
        Thread { continuation.resume(returning: self.wait(wish)) }.start()
      }
    } onCancel: {
      // A bot that ends waits for nobody.
      end()
    }
  }

  private func end() { child.withLock { if let process = $0 { kill(process, SIGKILL) } } }

  private func wait(_ wish: BacktestWish) -> BacktestWish.Outcome {
    let process = Process(), output = Pipe(), errors = Pipe()
    guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
      return .failed("the bot's own program cannot be found")
    }
    process.executableURL = URL(fileURLWithPath: "/usr/bin/nice")
    process.arguments = ["-n", "19", program] + arguments(wish)
    (process.standardInput, process.standardOutput, process.standardError) = (FileHandle.nullDevice, output, errors)
    do { try process.run() } catch { return .failed("it cannot be started: \(error)") }
    child.withLock { $0 = process.processIdentifier }
    let patience = DispatchWorkItem { self.end() }
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Self.seconds), execute: patience)
    let said = Self.read(errors)
    var bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile().prefix(Self.outputBytes + 1))
    process.waitUntilExit()
    child.withLock { $0 = nil }
    patience.cancel()
    if process.terminationReason == .uncaughtSignal {
      return .failed("it was ended after \(Self.seconds) s; choose a shorter span or longer bars")
    }
    guard process.terminationStatus == 0, bytes.count <= Self.outputBytes else {
      let last = said().split(separator: "\n").last.map(String.init) ?? "no reason given"
      return .failed(
        String(last.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }.prefix(500).map(Character.init)))
    }
    while bytes.last == 10 { bytes.removeLast() }
    return .done(bytes)
  }

  /// Reads what a pipe brings on a thread of its own, so that neither pipe fills up while the other is read.
  private static func read(_ pipe: Pipe) -> () -> String {
    let end = DispatchSemaphore(value: 0)
    let box = TextBox()
    let handle = pipe.fileHandleForReading
    Thread {
      let data = handle.readDataToEndOfFile()
      box.text.withLock { $0 = String(decoding: data.suffix(4096), as: UTF8.self) }
      end.signal()
    }.start()
    return {
      end.wait()
      return box.text.withLock { $0 }
    }
  }

  private final class TextBox: Sendable { let text = Mutex("") }

  private func arguments(_ wish: BacktestWish) -> [String] {
    var arguments = [
      "backtest", "--home", home, "--data", "\(wish.instrument):\(wish.timeframe)", "--no-trial", "--json",
    ]
    if let settings { arguments += ["--settings", settings] }
    if let policy = wish.policy { arguments += ["--policy", policy] }
    if let from = wish.from { arguments += ["--from", "\(from)"] }
    if let to = wish.to { arguments += ["--to", "\(to)"] }
    return arguments
  }
}
