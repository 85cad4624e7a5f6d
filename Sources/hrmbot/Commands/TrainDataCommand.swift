import ArgumentParser
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
    let summary = try corpus.read(try corpus.request()).summary(fit)
    print(json ? try Output.json(summary) : summary.text)
  }
}
