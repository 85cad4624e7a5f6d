import ArgumentParser
import Bot
import Foundation
import HRM
import Settings

extension ModelCommand {
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a smaller, faster copy of a model, and measure how well it agrees with its fp32 master.",
      discussion: """
        Both networks answer the same observations; the copy's manifest says on how many they chose the same action. A
        bot refuses a copy below policy.minimum_agreement. Without --data the observations come from the simulated market
        (SYNTHETIC).

        bf16      half the size, rounded weights
        int8      a quarter of the size, 7-bit activations: the fastest
        int8-a16  the same weights, 16-bit activations
        fp32      the same model again

        EXAMPLES
          hrmbot model export ~/.local/state/hrmbot/models/hrm-27m-seed1 --dtype bf16
          hrmbot model export models/mine --dtype int8 --out models/mine-small --data BTCUSDT.csv.gz --observations 5000
        """)
    @Argument(help: "Directory of the fp32 master.") var source: String
    @Option(help: "bf16, int8, int8-a16 or fp32.") var dtype: String
    @Option(help: "Directory of the copy; default: beside the master, with the precision after its name.")
    var out: String?
    @Option(help: "Observations to compare on, at least 1000.") var observations = Quantisation.fewestObservations
    @Option(help: "Segments to compare; default: as many as the model may think.") var segments: Int?
    @Option(help: "Seed of the simulated market, or of the choice among recorded bars.") var seed: UInt64 = 1
    @Option(help: ArgumentHelp("Recorded bars (CSV or CSV.gz); may be repeated.", valueName: "file"))
    var data: [String] = []
    @Flag(help: "One JSON object.") var json = false

    func validate() throws {
      guard HRMPrecision(label: dtype) != nil else {
        throw ValidationError("--dtype \(dtype): write bf16, int8, int8-a16 or fp32")
      }
      let allowed = Quantisation.fewestObservations...1_000_000
      guard allowed.contains(observations) else {
        throw ValidationError("--observations \(observations): must be \(allowed.lowerBound) to \(allowed.upperBound)")
      }
      if let segments, !(1...HRMArchitecture.largestMaxSegments).contains(segments) {
        throw ValidationError("--segments \(segments): must be 1 to \(HRMArchitecture.largestMaxSegments)")
      }
    }

    func run() throws {
      guard let precision = HRMPrecision(label: dtype) else { throw ValidationError("--dtype \(dtype)") }
      var request = ModelCopy.Request(source: source, precision: precision)
      request.out = out
      request.observations = observations
      request.depth = segments
      request.seed = seed
      if !data.isEmpty { request.sample = .files(data) }
      defer { ProgressLine.clear() }
      let result = try ModelCopy.make(request) { text, share in
        if ProgressLine.isWanted { ProgressLine.show("\(ProgressLine.bar(share)) \(text)") }
      }
      ProgressLine.clear()
      let summary = ModelSummary(
        path: result.path, manifest: result.manifest, weightsByteCount: result.weightsByteCount, loadMillis: nil)
      print(json ? try summary.json() : summary.copyText)
    }
  }
}
