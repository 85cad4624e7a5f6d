import Foundation
import HRM
import Testing

@Suite("Architecture")
struct ArchitectureTests {
  @Test("parameter counts of the two full sizes and of the published model")
  func parameterCounts() throws {
    #expect(HRMArchitecture.hrm27m.parameterCount == 27_637_065)
    #expect(HRMArchitecture.hrm27mPub.parameterCount == 27_417_929)
    var published = HRMArchitecture.hrm27mPub
    published.front = .tokens
    published.head = .lm
    published.vocab = 11
    published.puzzleDim = 512
    published.seqLen = 81
    #expect(published.parameterCount == 27_275_266)
    let tables = 1000 * 64 + 10 * 32
    #expect((35_000...50_000).contains(HRMArchitecture.tiny.parameterCount - tables))
  }

  @Test("presets are valid and have 1 + 15 positions over 60 bars")
  func presets() throws {
    for preset in [HRMArchitecture.hrm27m, .hrm27mPub, .tiny] {
      try preset.validate()
      #expect(preset.positions == 16 && preset.windowBars == 60)
    }
    #expect(HRMArchitecture.hrm27m.innerH == 1536 && HRMArchitecture.hrm27m.innerL == 768)
  }

  @Test("survives JSON; fields of a training run are ignored")
  func json() throws {
    let encoded = try JSONEncoder().encode(HRMArchitecture.hrm27m)
    #expect(try JSONDecoder().decode(HRMArchitecture.self, from: encoded) == .hrm27m)
    let golden = try Data(contentsOf: URL(fileURLWithPath: Fixture.path("bridge.json")))
    let bridge = try JSONDecoder().decode(HRMArchitecture.self, from: golden)
    #expect(bridge.dH == 40 && bridge.dL == 24 && bridge.lReset && bridge.innerH == 112 && bridge.innerL == 64)
    #expect(bridge.nCycles == 3 && bridge.tSteps == 5 && bridge.pos == .rope && bridge.hasBridges)
  }

  @Test("tensors are sorted by name and have names of their own")
  func specs() {
    let names = HRMArchitecture.hrm27m.tensorSpecs.map(\.name)
    #expect(names == names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    #expect(Set(names).count == names.count && names.count == 11 * 4 + 16)
  }

  @Test("every field out of its range is refused by name")
  func ranges() {
    func refuse(_ field: String, _ change: (inout HRMArchitecture) -> Void) {
      var architecture = HRMArchitecture.tiny
      change(&architecture)
      expectRefusal(field, of: field) { try architecture.validate() }
    }
    refuse("d_h") { $0.dH = 0 }
    refuse("d_l") { $0.dL = 9000 }
    refuse("heads_h") { $0.headsH = 3 }
    refuse("heads_l") { $0.headsL = 0 }
    refuse("heads_h") { $0.headsH = 8 }
    refuse("layers_h") { $0.layersH = -1 }
    refuse("layers_l") { $0.layersL = 65 }
    refuse("expansion") { $0.expansion = .nan }
    refuse("expansion") { $0.expansion = 1e-9 }
    refuse("inner_multiple") { $0.innerMultiple = 0 }
    refuse("n_cycles") { $0.nCycles = 17 }
    refuse("t_steps") { $0.tSteps = 0 }
    refuse("rms_eps") { $0.rmsEps = 0 }
    refuse("rope_base") { $0.ropeBase = .infinity }
    refuse("max_segments") { $0.maxSegments = 65 }
    refuse("seq_len") { $0.seqLen = 0 }
    refuse("vocab") { $0.vocab = .max }
    refuse("puzzle_dim") { $0.puzzleDim = -1 }
    refuse("n_puzzles") { $0.nPuzzles = 0 }
    refuse("n_features") { $0.nFeatures = 0 }
    refuse("patch") { $0.patch = 2000 }
    refuse("n_instruments") { $0.nInstruments = .min }
    refuse("d_instrument") { $0.dInstrument = 0 }
    refuse("n_timeframes") { $0.nTimeframes = 0 }
    refuse("d_timeframe") { $0.dTimeframe = 0 }
    refuse("n_account") { $0.nAccount = -1 }
    refuse("n_actions") { $0.nActions = 1 }
    refuse("elements") {
      $0.dH = 8192
      $0.headsH = 128
      $0.layersH = 64
    }
  }
}
