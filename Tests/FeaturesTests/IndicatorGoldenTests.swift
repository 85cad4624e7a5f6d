import Core
import Features
import Foundation
import Testing

@Suite struct IndicatorGoldenTests {
  /// Runs the table on a text and returns what it wrote.
  private func table(of csv: String) throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (input, output) = (folder.appendingPathComponent("in.csv"), folder.appendingPathComponent("out.csv"))
    try csv.write(to: input, atomically: true, encoding: .utf8)
    let rows = try IndicatorTable.run(input: input.path, output: output.path)
    let text = try String(contentsOf: output, encoding: .utf8)
    #expect(text.split(separator: "\n").count == rows + 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
    return text
  }

  @Test func everyColumnMatchesTALib() throws {
    let golden = try numbers(try resource("talib_seed3_400.csv"))
    let ours = try numbers(try table(of: try resource("ohlcv_seed3_400.csv")))
    #expect(ours.header == golden.header)
    #expect(ours.header == IndicatorTable.outputColumns)
    #expect(ours.rows.count == 400)
    for (index, (row, wanted)) in zip(ours.rows, golden.rows).enumerated() {
      for (column, (value, want)) in zip(row, wanted).enumerated() {
        guard let value, let want else {
          #expect(value == nil && want == nil, "row \(index) of \(golden.header[column]): readiness")
          continue
        }
        #expect(agree(value, want), "row \(index) of \(golden.header[column]): \(value), not \(want)")
      }
    }
  }

  @Test func constantPricesGiveTALibsZeros() throws {
    var csv = "timestamp_ms_utc,open,high,low,close,volume\r\n"
    for row in 0..<120 { csv += "\(row),100.1,100.1,100.1,100.1,0\r\n" }
    let ours = try numbers(try table(of: csv))
    let last = Dictionary(uniqueKeysWithValues: zip(ours.header, try #require(ours.rows.last)))
    for name in [
      "rsi_14", "macd_hist", "atr_14", "natr_14", "adx_14", "plus_di_14", "minus_di_14", "stoch_k_14_3", "stochf_k_14",
      "stoch_d_14_3_3", "cci_20", "obv", "roc_10", "willr_14", "mfi_14", "mom_10", "stddev_20", "trange", "ad",
      "trix_15",
    ] {
      let value = try #require(last[name] ?? nil, "\(name)")
      #expect(abs(value) < 1e-12, "\(name)")
    }
    for name in ["sma_10", "wma_20", "bb_upper_20_2", "bb_lower_20_2", "kama_10", "dema_20", "tema_20"] {
      #expect(agree((last[name] ?? nil) ?? 0, 100.1), "\(name)")
    }
    #expect(last["aroon_up_14"] == 100)
    #expect(last["aroon_down_14"] == 100)
  }

  @Test func rollingSumsDoNotDrift() throws {
    // A jump of 1e12 passes through the window; nothing of it may stay.
    var sum = WindowSum(length: 10)
    var moments = WindowMoments(length: 10)
    for index in 0..<100 {
      let value = index == 37 ? 1e12 : 0.1
      let total = sum.receive(value)
      let shape = moments.receive(value)
      if index >= 57 {
        #expect(agree(total ?? 0, 1, tolerance: 1e-14))
        #expect(shape?.mean == 0.1)
        #expect(shape?.variance == 0)
      }
    }
  }

  @Test func extremesMatchALookAtEveryValue() throws {
    for seed in UInt64(0)..<20 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest)
      var highest = WindowExtreme(.highest, length: 15)
      var lowest = WindowExtreme(.lowest, length: 15)
      var values: [Double] = []
      for _ in 0..<200 {
        let value = Double(random.below(6))
        values.append(value)
        let window = values.suffix(15)
        let (top, bottom) = (highest.receive(value), lowest.receive(value))
        guard window.count == 15 else {
          #expect(top == nil && bottom == nil)
          continue
        }
        let (most, least) = (window.max()!, window.min()!)
        #expect(top?.value == most && bottom?.value == least, "seed \(seed)")
        #expect(top?.age == values.count - 1 - window.lastIndex(of: most)!, "seed \(seed)")
        #expect(bottom?.age == values.count - 1 - window.lastIndex(of: least)!, "seed \(seed)")
      }
    }
  }
}
