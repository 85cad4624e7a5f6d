import Control
import Foundation
import Settings

/// Takes secrets out of texts that leave the machine.
struct Redaction {
  private let secrets: [String]

  /// Knows every secret that the bot has: its tokens, its credentials, and what the environment calls one.
  init(home: StateDirectory, environment: [String: String]) {
    var found: Set<String> = []
    let places =
      [home.path + "/tokens", home.path + "/credentials"] + (environment["CREDENTIALS_DIRECTORY"].map { [$0] } ?? [])
    for place in places {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? [] {
        guard let text = try? String(contentsOfFile: "\(place)/\(name)", encoding: .utf8) else { continue }
        found.formUnion(text.split(whereSeparator: \.isWhitespace).map(String.init))
      }
    }
    for (name, value) in environment where Self.isSecret(name) { found.insert(value) }
    // The longest first: one may be part of another.
    secrets = found.filter { $0.utf8.count >= 4 }.sorted { ($1.count, $0) < ($0.count, $1) }
  }

  private static func isSecret(_ name: String) -> Bool {
    ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "API_KEY", "PRIVATE_KEY"].contains {
      name.uppercased().contains($0)
    } && name != "CREDENTIALS_DIRECTORY"
  }

  /// The text without secrets that are known, or that stand where secrets do.
  func clean(_ text: String) -> String {
    var text = text
    for secret in secrets {
      for form in Self.forms(of: secret) { text = text.replacingOccurrences(of: form, with: "***") }
    }
    text.replace(/(?i)\b(bearer|basic|digest)\s+[A-Za-z0-9._~+\/=-]{6,}/) { "\($0.output.1) ***" }
    // JSON may write a slash with a backslash before it.
    text.replace(/([a-zA-Z][a-zA-Z0-9+.-]*:(?:\\?\/){2})[^\/\s"@\\]+@/) { "\($0.output.1)***@" }
    text.replace(/(?i)((?:password|passwd|secret|token|api[_-]?key|private[_-]?key)["']?\s*[=:]\s*["']?)[^\s"',}]+/) {
      "\($0.output.1)***"
    }
    text.replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/) { _ in "***" }
    return text
  }

  /// A secret as it is, in base64, and as JSON and addresses write it.
  private static func forms(of secret: String) -> [String] {
    var forms = [secret, Data(secret.utf8).base64EncodedString()]
    if let escaped = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) { forms.append(escaped) }
    if secret.contains("\\") || secret.contains("\"") {
      forms.append(secret.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))
    }
    return forms
  }
}
