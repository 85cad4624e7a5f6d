import Control
import Core
import Foundation
import Glibc
import HRM
import Settings

/// What the doctor found about one thing.
package struct Finding: Sendable {
  /// How it stands.
  package enum Grade: String, Sendable { case good, warning, bad }
  package var name: String
  package var grade: Grade
  package var text: String
  /// What to do about it.
  package var remedy: String?

  /// A finding as given.
  package init(name: String, grade: Grade, text: String, remedy: String?) {
    self.name = name
    self.grade = grade
    self.text = text
    self.remedy = remedy
  }

  /// One JSON object.
  package func json() -> CanonicalJSON {
    var out = CanonicalJSON()
    out.object {
      $0.key("grade")
      $0.value(grade.rawValue)
      $0.key("name")
      $0.value(name)
      $0.key("remedy")
      if let remedy { $0.value(remedy) } else { $0.null() }
      $0.key("text")
      $0.value(text)
    }
    return out
  }
}

/// Looks for what would keep the bot from running well.
package enum Doctor {
  /// Examines the machine and the places that the bot uses.
  package static func examine(
    home: StateDirectory, settings: Result<BotSettings, any Error>, settingsPath: String?
  ) -> [Finding] {
    [
      clock(), processor(), memory(), disk(home), state(home), control(home), latch(home), settingsFinding(settings),
      instruments(settingsPath), model(home, try? settings.get()),
    ]
  }

  private static func clock() -> Finding {
    let now = SystemTime().now
    if CalendarDay(now).year < 2025 {
      return Finding(name: "clock", grade: .bad, text: "shows \(now)", remedy: "set the clock")
    }
    let marks = ["/run/systemd/timesync/synchronized", "/run/chrony/chronyd.pid", "/run/ntpd.pid"]
    guard marks.contains(where: { access($0, F_OK) == 0 }) else {
      return Finding(
        name: "clock", grade: .warning, text: "\(now); no time service seen",
        remedy: "run a time service such as systemd-timesyncd or chrony")
    }
    return Finding(name: "clock", grade: .good, text: "\(now), kept by a time service", remedy: nil)
  }

  private static func processor() -> Finding {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let flags = Set(text.split(separator: "\n").first { $0.hasPrefix("flags") }?.split(separator: " ") ?? [])
    let wanted = ["avx2", "fma", "sha_ni", "avx512f"].filter { flags.contains(Substring($0)) }
    let isFast = flags.contains("avx2") && flags.contains("fma")
    return Finding(
      name: "processor", grade: isFast ? .good : .warning,
      text:
        "\(ProcessInfo.processInfo.activeProcessorCount) cores, \(wanted.isEmpty ? "no SIMD that counts" : wanted.joined(separator: " "))",
      remedy: isFast ? nil : "the network will be slow here: choose a rule policy or a smaller model")
  }

  private static func memory() -> Finding {
    let mebibytes = ProcessInfo.processInfo.physicalMemory >> 20
    return Finding(
      name: "memory", grade: mebibytes >= 1024 ? .good : .warning, text: "\(mebibytes) MiB",
      remedy: mebibytes >= 1024 ? nil : "the 27M model needs about 512 MiB")
  }

  private static func disk(_ home: StateDirectory) -> Finding {
    var status = statvfs()
    var path = home.path
    while statvfs(path, &status) != 0, path != "/" {
      path = URL(fileURLWithPath: path).deletingLastPathComponent().path
    }
    let free = (UInt64(status.f_bavail) * UInt64(status.f_frsize)) >> 20
    let grade: Finding.Grade = free >= 1024 ? .good : free >= 128 ? .warning : .bad
    return Finding(
      name: "disk", grade: grade, text: "\(free) MiB free at \(path)",
      remedy: grade == .good ? nil : "free some space: a journal that cannot be written stops new positions")
  }

  private static func state(_ home: StateDirectory) -> Finding {
    var status = stat()
    guard stat(home.path, &status) == 0 else {
      return Finding(
        name: "state directory", grade: .good, text: "\(home.path) will be made at the first start", remedy: nil)
    }
    guard access(home.path, R_OK | W_OK | X_OK) == 0 else {
      return Finding(
        name: "state directory", grade: .bad, text: "\(home.path): \(String(cString: strerror(errno)))",
        remedy: "give it to the user that runs the bot")
    }
    guard status.st_mode & 0o077 == 0 else {
      return Finding(
        name: "state directory", grade: .warning, text: "\(home.path) can be read by others",
        remedy: "chmod 700 \(home.path)")
    }
    return Finding(name: "state directory", grade: .good, text: home.path, remedy: nil)
  }

  private static func control(_ home: StateDirectory) -> Finding {
    let directory = ControlDirectory(path: home.controlPath)
    guard access(directory.path, F_OK) == 0 || home.controlPath != home.path + "/control" else {
      return Finding(name: "control directory", grade: .good, text: "\(directory.path) will be made", remedy: nil)
    }
    let reading = directory.read()
    if let problem = reading.problem {
      return Finding(
        name: "control directory", grade: .bad, text: problem,
        remedy: "make it a directory that the bot can read and only operators can write")
    }
    if let warning = directory.warning {
      return Finding(name: "control directory", grade: .bad, text: warning, remedy: "chmod o-w \(directory.path)")
    }
    if let stop = reading.stop {
      return Finding(
        name: "control directory", grade: .warning, text: "STOP is present (\(stop.level.rawValue): \(stop.reason))",
        remedy: "hrmbot resume")
    }
    return Finding(name: "control directory", grade: .good, text: directory.path, remedy: nil)
  }

  private static func latch(_ home: StateDirectory) -> Finding {
    guard let latch = LatchFile(stateDirectory: home.path).read() else {
      return Finding(name: "stop latch", grade: .good, text: "none", remedy: nil)
    }
    return Finding(
      name: "stop latch", grade: .warning, text: "\(latch.id): \(latch.level.rawValue), \(latch.reason)",
      remedy: "hrmbot resume \(latch.id)")
  }

  private static func settingsFinding(_ settings: Result<BotSettings, any Error>) -> Finding {
    switch settings {
    case .success: Finding(name: "settings", grade: .good, text: "good", remedy: nil)
    case .failure(let error):
      Finding(name: "settings", grade: .bad, text: "\(error)", remedy: "hrmbot config check")
    }
  }

  private static func instruments(_ path: String?) -> Finding {
    do {
      let loaded = try InstrumentSettings.load(besideSettings: path)
      return Finding(name: "instruments", grade: .good, text: loaded.file ?? "built in", remedy: nil)
    } catch { return Finding(name: "instruments", grade: .bad, text: "\(error)", remedy: "hrmbot config check") }
  }

  private static func model(_ home: StateDirectory, _ settings: BotSettings?) -> Finding {
    guard let settings else {
      return Finding(name: "model", grade: .warning, text: "not looked at: settings are wrong", remedy: nil)
    }
    let choice = ModelChoice(settings, home: home)
    guard FileManager.default.fileExists(atPath: choice.named) else {
      return Finding(
        name: "model", grade: choice.makesMaster ? .good : .bad,
        text: choice.makesMaster
          ? "an UNTRAINED one will be made at \(choice.named)" : "\(choice.named) does not exist",
        remedy: choice.makesMaster ? nil : "correct policy.model_directory")
    }
    var path = choice.named
    do {
      path = try choice.directory()
      guard FileManager.default.fileExists(atPath: path) else {
        return Finding(
          name: "model", grade: .warning,
          text:
            "the \(choice.precision.label) copy of \(choice.named) will be made at the first start, which takes long",
          remedy: "hrmbot model export \(choice.named) --dtype \(choice.precision.label)")
      }
      let (manifest, _) = try ModelDirectory.load(path)
      if let refusal = choice.refusal(manifest) {
        return Finding(name: "model", grade: .bad, text: "\(path): \(refusal)", remedy: nil)
      }
      return Finding(
        name: "model", grade: manifest.untrained ? .warning : .good,
        text: "\(manifest.name), \(manifest.precision.label)"
          + (manifest.untrained ? ", UNTRAINED: its decisions mean nothing" : ""), remedy: nil)
    } catch { return Finding(name: "model", grade: .bad, text: "\(path): \(error)", remedy: "hrmbot model new") }
  }
}
