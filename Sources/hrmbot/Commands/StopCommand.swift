import ArgumentParser
import Bot
import Control
import Core
import Files
import Foundation
import Glibc

struct StopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "Stop trading at once, until a person resumes.",
    discussion: """
      Puts a file STOP in the control directory; every bot that reads it latches. Levels:
        reduce   open nothing new, stops and closing go on
        stop     cancel every order, send none (default)
        flatten  cancel every order, close positions with price-protected limit orders, then stop

      EXAMPLES
        hrmbot stop
        hrmbot stop --level flatten --reason "exchange maintenance"
      """)
  @OptionGroup var common: CommonOptions
  @Option(help: "reduce, stop or flatten.", completion: .list(["reduce", "stop", "flatten"])) var level = "stop"
  @Option(help: "Why; goes on record.") var reason = "by hand"

  func run() throws {
    guard let level = StopLevel(rawValue: level) else {
      throw ValidationError("--level \(level): write reduce, stop or flatten")
    }
    let home = common.stateDirectory
    let control = ControlDirectory(path: home.controlPath)
    if control.path == home.path + "/control" { try home.prepare() }
    let before = LatchFile(stateDirectory: home.path).read()
    var file = CanonicalJSON()
    file.object {
      $0.key("by")
      $0.value(NSUserName())
      $0.key("level")
      $0.value(level.rawValue)
      $0.key("reason")
      $0.value(reason)
    }
    do { try DurableFile.replace(control.stopPath, with: file.bytes, mode: 0o644) } catch {
      throw StartError("\(error)", exitCode: 73)
    }
    guard RunningBot.isThere(home) else {
      print("STOP is set in \(control.path). No bot is running in \(home.path); one that starts will be halted.")
      return
    }
    for _ in 0..<100 {
      if let latch = LatchFile(stateDirectory: home.path).read(), latch != before || latch.level >= level {
        print("stopped (\(latch.level.rawValue)), latch \(latch.id)")
        print("resume with: hrmbot resume \(latch.id)")
        return
      }
      usleep(20_000)
    }
    Console.error("STOP is set, but the running bot has not confirmed within 2 s; see `hrmbot status`")
    throw ExitCode(1)
  }
}

struct ResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Let a stopped bot trade again.",
    discussion: """
      In two steps: without an argument it shows the latch and what caused it; with the latch's name it takes STOP away
      and writes RESUME. The bot then compares its books with the venue's before it trades.

      EXAMPLES
        hrmbot resume
        hrmbot resume L42-abc123
      """)
  @OptionGroup var common: CommonOptions
  @Argument(help: "Name of the latch.", completion: Completions.latch) var latch: String?

  func run() throws {
    let home = common.stateDirectory
    let file = LatchFile(stateDirectory: home.path)
    let control = ControlDirectory(path: home.controlPath)
    guard let held = file.read() else {
      if latch == nil, control.read().stop != nil {
        unlink(control.stopPath)
        print("no latch; STOP was taken away")
        return
      }
      print("nothing is latched in \(home.path)")
      throw ExitCode(1)
    }
    guard let latch else {
      print("latch   \(held.id)\nlevel   \(held.level.rawValue)\nsource  \(held.source.rawValue)")
      print("reason  \(held.reason)\nsince   \(held.at)\n\nresume with: hrmbot resume \(held.id)")
      return
    }
    guard latch == held.id else {
      Console.error("the latch is \(held.id), not \(latch)")
      throw ExitCode(1)
    }
    do { try DurableFile.remove(control.stopPath) } catch {
      throw StartError("\(error); take it away by hand, then resume again", exitCode: 73)
    }
    var text = CanonicalJSON()
    text.object {
      $0.key("by")
      $0.value(NSUserName())
      $0.key("latch")
      $0.value(latch)
    }
    do { try DurableFile.replace(control.resumePath, with: text.bytes, mode: 0o644) } catch {
      throw StartError("\(error); the latch still holds", exitCode: 73)
    }
    guard RunningBot.isThere(home) else {
      print("RESUME is written; the bot takes it up when it starts.")
      return
    }
    for _ in 0..<150 {
      if file.read()?.id != latch {
        print("resumed")
        return
      }
      usleep(20_000)
    }
    Console.error("the running bot has not resumed within 3 s; see its log and `hrmbot status`")
    throw ExitCode(1)
  }
}
