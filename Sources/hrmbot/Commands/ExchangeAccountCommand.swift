import ArgumentParser
import Bot
import Core
import Execution
import Foundation

struct ExchangeAccountCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account", abstract: "Show the account as a served exchange has it.",
    discussion: """
      Exit code 69: no exchange answers there.

      EXAMPLES
        hrmbot exchange account --socket /tmp/exchange.sock
        hrmbot exchange account --socket /tmp/exchange.sock --json --fills
      """)
  @OptionGroup var place: ExchangePlace
  @Flag(help: "One JSON object.") var json = false
  @Flag(help: "Every execution too.") var fills = false

  func run() async throws {
    let view: ExchangeView
    do { view = try await ExchangeView.read(place.address(), withFills: fills) } catch let error as VenueError {
      throw StartError("\(try place.address()): \(error.cause)", exitCode: 69)
    }
    print(json ? view.json().text : view.text)
  }
}
