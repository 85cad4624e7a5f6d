import ArgumentParser
import Control
import Core
import Exchange
import Execution
import Files
import Foundation
import Glibc
import Guard
import Settings
import Synchronization

/// One run of the guard: its session at the venue, its loop, and the service manager.
final class GuardSession: Sendable {
  private let settings: GuardSettings
  private let address: VenueAddress
  private let place: StateDirectory
  private let log: EventLog
  private let service: ServiceManager
  private let time = SystemTime()

  /// Checks what can be checked without the venue. Throws `ExitCode` 64 or 78 after a line that says why.
  init(
    settings: GuardSettings, address: String?, place: StateDirectory, log: EventLog, service: ServiceManager
  ) throws {
    let text = address ?? settings.venue
    guard !text.isEmpty else { throw Self.refusal("name the venue: --venue, or guard.venue in the settings", 64) }
    do { self.address = try VenueAddress(text) } catch { throw Self.refusal("\(error)", 78) }
    try Self.checkCredentials(settings.credentialsFile)
    self.settings = settings
    self.place = place
    self.log = log
    self.service = service
  }

  private static func refusal(_ text: String, _ code: Int32) -> ExitCode {
    FileHandle.standardError.write(Data("hrmbot-guard: \(text)\n".utf8))
    return ExitCode(code)
  }

  /// The guard's credentials are its own: a file that others can read is refused. A served exchange asks for none.
  private static func checkCredentials(_ path: String) throws {
    guard !path.isEmpty else { return }
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw refusal("\(path): guard.credentials_file is no regular file", 78)
    }
    guard status.st_mode & 0o077 == 0 else { throw refusal("\(path): others can read it (chmod 0600)", 78) }
  }

  private var rules: GuardRules {
    var rules = GuardRules()
    rules.confirmMillis = settings.confirmMillis
    rules.heartbeatLossMillis = settings.heartbeatLossSeconds * 1000
    rules.onLoss = GuardAim(word: settings.onHeartbeatLoss) ?? .cancelEntries
    rules.deadManMillis = settings.deadManSeconds * 1000
    rules.flattensOnStop = settings.flattensOnStop
    return rules
  }

  /// Runs to the end; the exit code.
  func run(once: Bool, dryRun: Bool, seconds: Int) async -> Int32 {
    let executor = ServedExecutor(name: "venue")
    let venue = ServedVenue(
      address: address, client: "guard", account: settings.account, executor: executor, time: time,
      random: CounterRandom(seed: UInt64(bitPattern: time.now.milliseconds), purpose: .reconnectJitter)
    ) { _ in true }
    let stage = GuardStage(
      rules: rules, instruments: InstrumentTable([]), sequence: UInt64(max(1, time.now.milliseconds)),
      forced: once ? .flatten : .none)
    let loop = GuardLoop(stage: stage, parts: parts(venue, once: once, dryRun: dryRun))
    // The venue reconnects by itself; a guard that cannot reach it yet still watches.
    do { try await venue.open() } catch {
      log.write(.error, "guard: \(error)")
      if once { return 69 }
    }
    let signals = [SIGINT, SIGTERM].map { Self.handle($0) { loop.end() } }
    defer { withExtendedLifetime(signals) {} }
    service.notify("READY=1\nSTATUS=watching \(place.controlPath)", patienceMillis: 1000)
    log.write(.notice, "guard: watches \(place.controlPath) and \(place.heartbeatPath), venue \(address)")
    if once {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await loop.run() }
        group.addTask {
          try? await Task.sleep(for: .seconds(seconds))
          loop.end()
        }
        await group.next()
        loop.end()
        group.cancelAll()
      }
    } else {
      await loop.run()
    }
    service.notify("STOPPING=1")
    let isDone = await loop.state.isClear || dryRun
    await venue.close()
    return once && !isDone ? 1 : 0
  }

  private func parts(_ venue: ServedVenue, once: Bool, dryRun: Bool) -> GuardLoop.Parts {
    var parts = GuardLoop.Parts(
      directory: ControlDirectory(path: place.controlPath), heartbeat: HeartbeatFile(path: place.heartbeatPath),
      venue: venue, time: time)
    parts.isDryRun = dryRun
    parts.endsWhenClear = once
    let (log, service) = (log, service)
    parts.log = { grade, text in
      log.write(grade == .critical ? .critical : grade == .warning ? .warning : .notice, text)
    }
    parts.notify = { event, text in log.notify(event, text) }
    let fed = Mutex<(at: UInt64, aim: GuardAim)>((0, .none))
    let time = time
    parts.turned = { stage in
      // Fed by the loop that watches, some times a second.
      let now = time.monotonicNanoseconds
      let isDue = fed.withLock { fed in
        guard now &- fed.at > 250_000_000 || fed.aim != stage.aim else { return false }
        fed = (now, stage.aim)
        return true
      }
      if isDue { service.notify("WATCHDOG=1\nSTATUS=\(stage.aim == .none ? "watching" : "acting: \(stage.reason)")") }
    }
    return parts
  }

  private static func handle(_ number: Int32, _ action: @escaping @Sendable () -> Void) -> any DispatchSourceSignal {
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler(handler: action)
    source.resume()
    return source
  }
}
