import Core
import Feed
import Features
import Foundation
import HRM
import Settings

/// Observations to measure a model with: from recorded bars, or from the simulated market.
package struct ObservationSample {
  /// Where they come from.
  package enum Source: Sendable {
    /// Hourly bars of four instruments of the simulated market. SYNTHETIC.
    case simulated
    /// Files of recorded bars, each with warm-up bars of its own.
    case files([String])
  }

  private static let simulatedSymbols = ["SIM-A", "SIM-B", "SIM-C", "SIM-D"]
  /// Bars from one simulated observation to the next, so that windows differ and times of day go round.
  private static let simulatedStride = 7
  private static let sides: [PositionSide] = [.flat, .long, .short]

  /// The inputs, in a fixed order.
  package private(set) var samples: [AgreementMeter.Sample] = []
  package let kind: Quantisation.Kind
  /// Instruments or names of files.
  package let sources: [String]
  package let seed: UInt64
  private let wanted: Int
  private let vocabulary: ModelVocabulary
  private let normaliser: InputNormaliser?
  /// Observations met so far.
  private var met = 0
  private var random: CounterRandom

  /// As many observations as wanted, for a model with that vocabulary. Positions go round flat, long and short,
  /// instruments with and without short selling. A simulated instrument takes the rows of the vocabulary in turn, a
  /// recorded one its own.
  ///
  /// - Throws: `StartError` 66 when a file cannot be read or the files hold too little.
  package init(
    _ source: Source, count: Int, seed: UInt64, vocabulary: ModelVocabulary, normaliser: InputNormaliser? = nil
  ) throws {
    wanted = count
    self.seed = seed
    self.vocabulary = vocabulary
    self.normaliser = normaliser
    random = CounterRandom(key: CounterRandom.mix(seed))
    switch source {
    case .simulated:
      kind = .synthetic
      sources = Self.simulatedSymbols
      try simulate()
    case .files(let files):
      kind = .recorded
      sources = files.map { URL(fileURLWithPath: $0).lastPathComponent }
      for file in files { try read(file) }
      guard met >= count else {
        throw StartError(
          "\(files.joined(separator: ", ")): \(met) observations after \(FeatureSchema.warmUpBars) bars of warm-up, "
            + "\(count) are wanted; give more bars, or a smaller --observations", exitCode: 66)
      }
    }
  }

  private mutating func simulate() throws {
    let ids = Self.simulatedSymbols.indices.map { InstrumentID(index: UInt16($0)) }
    let price = Price(raw: 10_000 * Price.unit)
    var market = SimulatedMarket(
      seed: seed, instruments: ids, timeframe: .oneHour, start: Timestamp(milliseconds: 1_704_067_200_000),
      startPrices: ids.map { _ in price })
    var stage = FeatureStage(instruments: try table(Self.simulatedSymbols), timeframe: .oneHour, scope: .network)
    var bars = 0
    while samples.count < wanted, let bar = market.next() {
      let observation = stage.receive(bar, hasGap: false, isPreRoll: false)
      bars += 1
      guard isUsable(observation), bars / ids.count % Self.simulatedStride == 0 else { continue }
      let instruments = vocabulary.instruments.rows.values.sorted()
      let timeframes = vocabulary.timeframes.rows.values.sorted()
      samples.append(
        sample(observation, instrumentRow: turn([0] + instruments), timeframeRow: turn([0] + timeframes)))
      met += 1
    }
  }

  private func turn(_ rows: [Int]) -> Int { rows[met % rows.count] }

  private mutating func read(_ file: String) throws {
    let symbol = String(URL(fileURLWithPath: file).lastPathComponent.prefix { $0 != "." })
    do {
      let reader = try ReplayFile(path: file, instrument: InstrumentID(index: 0))
      var stage = FeatureStage(instruments: try table([symbol]), timeframe: reader.timeframe, scope: .network)
      let rows = (
        vocabulary.instruments.rows[symbol] ?? 0, vocabulary.timeframes.rows[reader.timeframe.description] ?? 0
      )
      while let bar = try reader.next() {
        let observation = stage.receive(bar, hasGap: false, isPreRoll: false)
        guard isUsable(observation) else { continue }
        keep(sample(observation, instrumentRow: rows.0, timeframeRow: rows.1))
      }
    } catch let error as FeedError { throw StartError("\(error)", exitCode: 66) }
  }

  /// Every observation of the files is kept with the same probability, without knowing how many there are (Vitter's
  /// algorithm R, 1985).
  private mutating func keep(_ sample: AgreementMeter.Sample) {
    met += 1
    if samples.count < wanted { return samples.append(sample) }
    let place = random.below(met)
    if place < wanted { samples[place] = sample }
  }

  private func isUsable(_ observation: Observation) -> Bool {
    observation.quality.isDisjoint(with: [.warmingUp, .nonFinite]) && !observation.window.isEmpty
  }

  private func sample(_ observation: Observation, instrumentRow: Int, timeframeRow: Int) -> AgreementMeter.Sample {
    let side = Self.sides[met % Self.sides.count]
    let isShortable = side == .short || met / Self.sides.count % 2 == 0
    var context = observation.context
    let flags = [
      "position_flat": side == .flat, "position_long": side == .long, "position_short": side == .short,
      "shortable": isShortable,
    ]
    for (index, name) in FeatureSchema.contextNames.enumerated() {
      if let flag = flags[name] { context[index] = flag ? 1 : 0 }
    }
    let mask = LegalMask(position: side, isShortable: isShortable)
    var bars = observation.window
    normaliser?.apply(to: &bars)
    return AgreementMeter.Sample(
      input: HRMInput(
        bars: bars, instrumentRow: instrumentRow, timeframeRow: timeframeRow, context: context),
      legal: Action.allCases.map(mask.contains))
  }

  private func table(_ symbols: [String]) throws -> InstrumentTable {
    let rules = try InstrumentSettings.load(besideSettings: nil)
    return InstrumentTable(
      symbols.enumerated().map { index, symbol in
        rules.instrument(symbol: symbol, id: InstrumentID(index: UInt16(index))).instrument
      })
  }
}
