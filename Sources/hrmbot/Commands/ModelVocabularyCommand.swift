import ArgumentParser
import Bot
import Foundation
import HRM

extension ModelCommand {
  struct Vocabulary: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what a model knows by name, or write a version of it that knows more.",
      discussion: """
        A new instrument or timeframe takes the next free row and starts as the unknown one. Rows are never given out
        twice. Models do not change in place: --out names the directory of the new version.

        EXAMPLES
          hrmbot model vocabulary models/mine
          hrmbot model vocabulary models/mine --add SOLUSDT --add ADAUSDT --add-timeframe 3m --out models/mine-2
          hrmbot model vocabulary models/mine --retire LUNAUSDT --out models/mine-2
        """)
    @Argument(help: "Directory of the fp32 master.", completion: .directory) var path: String
    @Option(
      help: ArgumentHelp("Instrument to add; may be repeated.", valueName: "symbol"),
      completion: Completions.instruments)
    var add: [String] = []
    @Option(help: ArgumentHelp("Timeframe to add, such as 3m; may be repeated.", valueName: "length"))
    var addTimeframe: [String] = []
    @Option(
      help: ArgumentHelp("Instrument whose row nothing shall use any more; may be repeated.", valueName: "symbol"))
    var retire: [String] = []
    @Option(help: "Directory of the new version.") var out: String?
    @Flag(help: "One JSON object.") var json = false

    private var changesSomething: Bool { !(add + addTimeframe + retire).isEmpty }

    func validate() throws {
      guard changesSomething == (out != nil) else {
        throw ValidationError(
          changesSomething ? "--out: name the directory of the new version" : "--out: say what to --add or --retire")
      }
      for length in addTimeframe where !ModelVocabularyText.isTimeframe(length) {
        throw ValidationError("--add-timeframe \(length): write a length such as 3m, 1h or 1d")
      }
    }

    func run() throws {
      var manifest: ModelManifest
      do { manifest = try ModelDirectory.manifest(of: path) } catch { throw StartError("\(error)", exitCode: 65) }
      if let out {
        guard !FileManager.default.fileExists(atPath: out) else {
          throw StartError("\(out) exists already; remove it, or name another with --out", exitCode: 73)
        }
        do {
          manifest = try ModelDirectory.extend(
            path, instruments: add, timeframes: addTimeframe, retiring: retire, to: out)
        } catch let error as ModelError {
          throw StartError("\(error)", exitCode: error.file.hasPrefix(path) ? 65 : 73)
        }
      }
      let text = ModelVocabularyText(path: out ?? path, vocabulary: manifest.vocabulary)
      print(json ? text.json : text.text)
    }
  }
}
