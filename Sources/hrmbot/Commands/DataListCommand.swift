import ArgumentParser
import Bot
import Catalog
import Core
import Foundation

struct DataListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "What is in the catalog.",
    discussion: """
      EXAMPLES
        hrmbot data list
        hrmbot data list 'binance*/*:1h'
        hrmbot data list --json
      """)

  @Argument(help: "Series to list: [SOURCE/]INSTRUMENT[:TIMEFRAME], with * and ?. Default: all.") var query: String?
  @OptionGroup var place: CatalogOptions
  @Flag(help: "One JSON object instead of text.") var json = false

  func run() throws {
    let catalog = place.place
    let entries = try DataCommand.run { () -> [CatalogEntry] in
      if let query { return try catalog.resolve(query).map(\.entry) }
      return try catalog.entries()
    }
    guard !json else {
      var out = CanonicalJSON()
      out.object { out in
        out.key("directory")
        out.value(catalog.directory)
        out.key("series")
        out.array { out in for entry in entries { out.object { entry.write(to: &$0) } } }
      }
      print(out.text)
      return
    }
    guard !entries.isEmpty else {
      print("the catalog \(catalog.directory) is empty; fill it with hrmbot data import or fetch")
      return
    }
    let width = entries.map(\.name.count).max() ?? 0
    for entry in entries {
      let name = entry.name.padding(toLength: width, withPad: " ", startingAt: 0)
      let count = String(entry.count)
      print(
        "\(name)  \(String(repeating: " ", count: max(0, 9 - count.count)))\(count) bars  \(CalendarDay(entry.from)) to "
          + "\(CalendarDay(closing: entry.to))")
    }
  }
}
