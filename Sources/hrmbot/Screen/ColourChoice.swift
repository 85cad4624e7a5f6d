import ArgumentParser
import Glibc
import Terminal

/// Whether colours are wanted.
enum ColourChoice: String, CaseIterable, ExpressibleByArgument { case auto, always, never }

/// Options of commands that show something to a person.
struct ColourOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Colours: auto, always or never.", discussion: "auto: on a terminal, unless NO_COLOR is set.", valueName: "when"))
  var color: ColourChoice = .auto
}

extension Console {
  /// A painter for standard output.
  static func painter(_ choice: ColourChoice) -> Painter {
    Painter(hasColour: choice == .always || (choice == .auto && wantsColour), isUnicode: isUnicode)
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  private static var wantsColour: Bool {
    isTerminal && variable("NO_COLOR") == nil && variable("TERM").map { $0 != "dumb" } ?? false
  }

  // What the C library would say, had the program called setlocale.
  private static var isUnicode: Bool {
    let locale = (variable("LC_ALL") ?? variable("LC_CTYPE") ?? variable("LANG") ?? "").uppercased()
    return locale.contains("UTF-8") || locale.contains("UTF8")
  }
}
