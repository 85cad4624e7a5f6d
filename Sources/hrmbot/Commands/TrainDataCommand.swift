import ArgumentParser
import Foundation
import Training

struct TrainDataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "What a model would be trained on: series, spans, what is left out, scales.",
    discussion: """
      EXAMPLES
        hrmbot train data --data data/crypto --timeframe 1h
        hrmbot train data --data 'binance*/*:1h' --cut 2023-01-01 --json
      """)

  @OptionGroup var corpus: CorpusOptions
  @Flag(help: "One JSON object instead of text.") var json = false

  func run() throws {
    let fit = try corpus.fit()
    let summary = try DataCommand.run { try Corpus(corpus.request()) }.summary(fit)
    guard json else { return print(summary.text) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    print(String(decoding: try encoder.encode(summary), as: UTF8.self))
  }
}
