import Control
import Foundation
import Glibc
import HRM

/// The policy that comes with the program: what a bot uses whose settings name no model.
package enum ShippedModel {
  /// Name of its directory.
  package static let name = "default"
  /// Environment variable that names the directory of shipped models; where it is set, no other place is looked at.
  package static let variable = "HRMBOT_MODELS"
  /// Where packages put it.
  private static let installed = "/usr/share/hrmbot/models"

  /// Its directory; nil where there is none.
  package static func path(environment: [String: String] = ProcessInfo.processInfo.environment) -> String? {
    let places = environment[variable].map { [$0] } ?? ["models", besideProgram(), installed].compactMap { $0 }
    return places.map { "\($0)/\(name)" }
      .first { FileManager.default.fileExists(atPath: "\($0)/\(ModelDirectory.manifestFile)") }
  }

  /// `models` of the checkout that a program built with `swift build` lies in.
  private static func besideProgram() -> String? {
    guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
      let build = program.range(of: "/.build/")
    else { return nil }
    return program[..<build.lowerBound] + "/models"
  }
}
