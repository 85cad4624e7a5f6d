import Bot
import Control
import Core
import Foundation
import Glibc
import Notify
import Server
import Settings
import Transport

/// What the doctor finds outside the bot's own directories: other hosts, certificates, clocks, credentials, channels.
struct NetworkFindings {
  /// A certificate that ends sooner is worth a remark, in days.
  private static let certificateDays: Int64 = 21
  /// Difference to another host's clock that is worth a remark, in seconds. Such clocks are whole seconds.
  private static let skewSeconds: Int64 = 3

  let home: StateDirectory
  let settings: BotSettings
  let environment: [String: String]
  let now: Timestamp

  /// All of them.
  func all(isOffline: Bool) -> [Finding] {
    credentials() + tokens() + channels() + (isOffline ? [] : hosts()) + [server()]
  }

  /// Files with secrets that others can read.
  private func credentials() -> [Finding] {
    let names = ["webhook-url", "webhook-secret", "telegram-token", "smtp-password"]
    return names.compactMap { name in
      do throws(Credential.Failure) {
        guard try Credential.read(name, stateDirectory: home.path, environment: environment) != nil else { return nil }
        return Finding(name: "credential", grade: .good, text: "\(name): for its owner alone", remedy: nil)
      } catch {
        return Finding(
          name: "credential", grade: .bad, text: error.description,
          remedy: "chmod 600 \(home.path)/credentials/\(name), or write it anew")
      }
    }
  }

  /// The server's bearer tokens: who can read the one that operates can stop the bot and switch its policy.
  private func tokens() -> [Finding] {
    AccessScope.allCases.compactMap { scope in
      let path = AccessTokens.path(of: scope, in: home.path)
      var status = stat()
      guard lstat(path, &status) == 0 else { return nil }
      let may = scope == .read ? "may look" : "may look, stop and switch policies"
      guard status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 == 0 else {
        return Finding(
          name: "token \(scope.rawValue)", grade: .bad, text: "\(path) can be read by others; it \(may)",
          remedy: "rm \(path) and restart the bot: it makes a new one")
      }
      return Finding(name: "token \(scope.rawValue)", grade: .good, text: "\(may); for its owner alone", remedy: nil)
    }
  }

  private func channels() -> [Finding] {
    let choice = ChannelChoice(settings.notifications, stateDirectory: home.path, environment: environment)
    var findings = choice.problems.map {
      Finding(
        name: "notifications", grade: .bad, text: $0.problem, remedy: "docs/notifications.md, then hrmbot notify test")
    }
    if choice.senders.isEmpty, findings.isEmpty {
      findings.append(
        Finding(
          name: "notifications", grade: .warning, text: "nobody is told of a stop",
          remedy: "set up a channel in the section notifications: docs/notifications.md"))
    } else if !choice.senders.isEmpty {
      let names = choice.senders.map(\.name).joined(separator: ", ")
      findings.append(
        Finding(
          name: "notifications", grade: settings.notifications.isEnabled ? .good : .warning,
          text: settings.notifications.isEnabled
            ? "by \(names)" : "\(names) would do, but notifications.enabled is false",
          remedy: settings.notifications.isEnabled ? nil : "set notifications.enabled to true"))
    }
    return findings
  }

  /// Hosts that the settings name: there, trusted, with a certificate that lasts, and of one mind about the time.
  private func hosts() -> [Finding] {
    let named = settings.notifications
    var addresses: [String] = []
    let secretAddress = try? Credential.read("webhook-url", stateDirectory: home.path, environment: environment)
    let webhook = named.webhookURL.isEmpty ? secretAddress?.withRevealed { $0 } ?? "" : named.webhookURL
    for address in [webhook, named.telegramChat.isEmpty ? "" : named.telegramAPI, named.mailServer] {
      // Of an address only what comes before its path is asked: the rest may be a secret.
      if let root = Self.root(of: address), !addresses.contains(root) { addresses.append(root) }
    }
    return addresses.flatMap { Self.findings(of: $0, now: now) }
  }

  /// Scheme, host and port; nil: not an address.
  static func root(of address: String) -> String? {
    guard let parts = URLComponents(string: address), let scheme = parts.scheme, let host = parts.host, !host.isEmpty
    else { return nil }
    return "\(scheme)://\(host)\(parts.port.map { ":\($0)" } ?? "")" + (scheme.hasPrefix("http") ? "/" : "")
  }

  /// What knocking at an address tells.
  static func findings(of address: String, now: Timestamp) -> [Finding] {
    let probe: HostProbe
    do throws(TransportError) { probe = try HostProbe.knock(address) } catch {
      return [
        Finding(
          name: "host", grade: .bad, text: "\(address): \(error)",
          remedy: error.isTransient ? "check name, network and firewall" : "check the address and its certificate")
      ]
    }
    var findings = [certificate(probe, address, now: now)]
    if let clock = probe.clock {
      let skew = now.milliseconds / 1000 - clock
      findings.append(
        Finding(
          name: "clock skew", grade: abs(skew) > skewSeconds ? .warning : .good,
          text: "\(skew) s ahead of \(address), by its answer",
          remedy: abs(skew) > skewSeconds ? "run a time service such as systemd-timesyncd or chrony" : nil))
    }
    return findings
  }

  /// Judges a certificate's end.
  static func certificate(_ probe: HostProbe, _ address: String, now: Timestamp) -> Finding {
    guard let end = probe.certificateEnd else {
      return Finding(name: "host", grade: .good, text: "\(address) answers, without encryption", remedy: nil)
    }
    let days = (end - now.milliseconds / 1000) / 86_400
    let isSoon = days < certificateDays
    return Finding(
      name: "host", grade: isSoon ? .warning : .good,
      text:
        "\(address) answers; its certificate ends in \(days) days, on \(CalendarDay(Timestamp(milliseconds: end * 1000)))",
      remedy: isSoon ? "whoever runs that host must renew it, or messages will not be delivered" : nil)
  }

  /// The running bot's own server, as its token sees it.
  private func server() -> Finding {
    guard settings.server.enabled, settings.server.port > 0 else {
      return Finding(name: "server", grade: .good, text: "on its Unix socket alone", remedy: nil)
    }
    guard RunningBot.status(home) != nil else {
      return Finding(name: "server", grade: .good, text: "not asked: no bot is running", remedy: nil)
    }
    let token = (try? String(contentsOfFile: AccessTokens.path(of: .read, in: home.path), encoding: .utf8)) ?? ""
    var request = HTTPRequest(address: "http://127.0.0.1:\(settings.server.port)/api/v1/ping")
    request.headers = [("Authorization", "Bearer \(token.trimmingCharacters(in: .whitespacesAndNewlines))")]
    request.timeoutMillis = 5_000
    do throws(TransportError) {
      let answer = try HTTPClient(userAgent: "hrmbot-doctor").send(request)
      let isGood = answer.status == 200
      return Finding(
        name: "server", grade: isGood ? .good : .bad,
        text: "port \(settings.server.port) answers \(answer.status) to the token that may look",
        remedy: isGood ? nil : "another program may have the port: set server.port")
    } catch {
      return Finding(
        name: "server", grade: .bad, text: "port \(settings.server.port): \(error)",
        remedy: "see the log for why it could not listen; set server.port")
    }
  }
}
