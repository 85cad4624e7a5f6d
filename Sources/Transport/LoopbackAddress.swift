import Foundation

/// Which addresses never leave this machine, by their text alone: a name that merely resolves to it is no proof.
package enum LoopbackAddress {
  /// Whether an address such as `http://127.0.0.1:80/path` is this machine's own.
  package static func isLoopback(_ address: String) -> Bool { host(of: address).map(isLoopbackHost) ?? false }

  /// Whether a host is: `localhost` (which libcurl never looks up), 127.0.0.0/8, or ::1.
  package static func isLoopbackHost(_ host: String) -> Bool {
    if host == "localhost" || host == "::1" { return true }
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
    return numbers.count == 4 && numbers[0] == "127"
      && numbers.allSatisfy { (1...3).contains($0.utf8.count) && $0.utf8.allSatisfy { (48...57).contains($0) } }
  }

  /// The host of an address, without user, port and brackets; nil: there is none.
  package static func host(of address: String) -> String? {
    guard let start = address.range(of: "://") else { return nil }
    let authority = address[start.upperBound...].prefix { !"/?#\\".contains($0) }
    let place = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority[...]
    if place.hasPrefix("[") { return place.firstIndex(of: "]").map { String(place[..<$0].dropFirst()) } }
    let host = place.prefix { $0 != ":" }
    return host.isEmpty ? nil : String(host)
  }
}
