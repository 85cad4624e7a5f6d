import Core
import Settings

/// Settings and instruments: read, or refused with reasons.
enum SettingsFuzz {
  /// What the first byte says: 0: settings; 1: instruments; 2: settings, the rest as often as the second byte says.
  static var seeds: [[UInt8]] {
    let bomb =
      "a: &a [x,x,x,x,x,x,x,x,x]\n"
      + zip("abcdefgh", "bcdefghi").map { last, next in
        "\(next): &\(next) [\(Array(repeating: "*\(last)", count: 9).joined(separator: ","))]\n"
      }.joined() + "risk: *i\n"
    let settings = [
      "", "risk:\n  max_drawdown: 0.1\n", "market:\n  seed: 7\n  simulated_instruments: [SIM-BTC, SIM-ETH]\n",
      "# why\nmarket:\n  timeframe: 1m  # a minute\n  pre_roll_bars: 300\n  stale_after_bars: 3\n",
      "policy:\n  name: sma-cross\n  fallback: flat\n  fallback_may_open: false\n  sma_fast_bars: 10\n"
        + "  sma_slow_bars: 50\n  minimum_agreement: 0.99\n  model_directory: \"\"\n  mlp_directory: 'a b'\n",
      "market: {seed: 1, simulated_instruments: [\"SIM-BTC\"], timeframe: null}\n", bomb,
    ]
    let instruments = InstrumentSettings.embeddedText.split(separator: "\n")
      .filter { !$0.drop { $0 == " " }.hasPrefix("#") }.joined(separator: "\n")
    return settings.map { [0] + Array($0.utf8) } + [[1] + Array((instruments + "\n").utf8)]
      + [[2, 200] + Array("risk:\n  max_drawdown: 0.1\n".utf8), [2, 255] + Array(repeating: 91, count: 64)]
  }

  static func run(_ input: [UInt8]) -> FuzzOutcome {
    guard let kind = input.first else { return .refused }
    let rest = Array(input.dropFirst())
    switch kind % 3 {
    case 0: return settings(rest)
    case 1: return (try? InstrumentSettings(bytes: rest, file: "instruments.yaml")) == nil ? .refused : .taken
    default:
      var many: [UInt8] = []
      let piece = rest.dropFirst()
      for _ in 0..<(rest.first ?? 0) where many.count <= SettingsLoader.maximumBytes { many += piece }
      return settings(many)
    }
  }

  private static func settings(_ bytes: [UInt8]) -> FuzzOutcome {
    func load() -> [UInt8]? { try? SettingsLoader.load(bytes: bytes, file: "settings.yaml").canonicalJSON }
    guard let loaded = load() else { return .refused }
    guard bytes.count <= SettingsLoader.maximumBytes else { return .finding("larger than allowed, and taken") }
    guard loaded == load() else { return .finding("read twice, two settings") }
    guard (try? JSONTree.parse(loaded)) != nil else { return .finding("the settings' JSON is none") }
    return .taken
  }
}
