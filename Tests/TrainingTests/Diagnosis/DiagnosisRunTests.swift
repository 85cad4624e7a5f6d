import Core
import Foundation
import HRM
import Testing
import Training

@Suite struct DiagnosisRunTests {
  private static func tensors(_ segments: Int, seed: UInt64) -> [String: Tensor] {
    let architecture = DiagnosisFixture.architecture(segments: segments)
    var tensors = Dictionary(
      uniqueKeysWithValues: WeightInitialiser.tensors(of: architecture, seed: seed).map { ($0.name, $0.tensor) })
    // Tables and the halting head begin as 0; what is known and said has to differ.
    for name in ["instr_emb", "tf_emb", "w_q"] {
      var random = CounterRandom(seed: seed, purpose: .propertyTest, step: 1)
      let table = tensors[name]!
      tensors[name] = Tensor(shape: table.shape, values: table.values.map { _ in Float(3 * random.normal()) })
    }
    return tensors
  }

  private static func run(
    segments: Int = 3, bars: Int = 300, threads: Int = 1, tensors given: [String: Tensor]? = nil
  ) throws -> DiagnosisRun {
    let architecture = DiagnosisFixture.architecture(segments: segments)
    let tensors = given ?? Self.tensors(segments, seed: 7)
    var random = CounterRandom(seed: 1, purpose: .propertyTest, step: 2)
    let series = (0..<2).map { number in
      DiagnosisFixture.series(
        returns: (0..<bars).map { _ in 0.01 * random.normal() },
        deviations: (0..<bars).map { _ in 0.005 + 0.01 * random.uniform() },
        complexity: (0..<bars).map { _ in random.uniform() }, seed: UInt64(number + 1))
    }
    var plan = DiagnosisRun.Plan(segments: segments)
    plan.threads = threads
    return DiagnosisRun(
      series: series, bars: [60..<bars, 60..<bars],
      parameters: try HRMParameters(architecture: architecture, tensors: tensors),
      network: try HRMNetwork(architecture: architecture, tensors: tensors), plan: plan)
  }

  private static func diagnosis(_ run: DiagnosisRun) throws -> Diagnosis {
    try run.diagnose(
      Diagnosis.Subject(
        model: "a <model>", weights: "00", parameters: 1, badges: [Diagnosis.Badge("UNTRAINED", "never trained")],
        series: []))
  }

  @Test func threadsDoNotShow() throws {
    let one = try Self.diagnosis(Self.run(threads: 1))
    #expect(try Self.diagnosis(Self.run(threads: 2)) == one)
    #expect(DiagnosisPage(one).html == DiagnosisPage(one).html)
  }

  @Test func allPartsAreThere() throws {
    let run = try Self.run()
    #expect(run.decisions == 480)
    let found = try Self.diagnosis(run)
    #expect(found.convergence.rows == 1440)
    #expect(found.convergence.sampled == 128)
    #expect(found.convergence.segments.map(\.segment) == [1, 2, 3])
    #expect(found.convergence.segments.allSatisfy { ($0.slowChange ?? 0) > 0 && ($0.fastChange ?? 0) > 0 })
    // L, L, H of two cycles in three segments.
    #expect(found.convergence.updates.map(\.isSlow) == [Bool](repeatElement([false, false, true], count: 6).joined()))
    #expect(found.convergence.updates.map(\.cycle).prefix(6) == [1, 1, 1, 2, 2, 2])
    #expect(found.convergence.updates.map(\.step).prefix(6) == [1, 2, 0, 1, 2, 0])
    #expect(found.convergence.updates.allSatisfy { ($0.change ?? 0) > 0 })
    #expect(found.depth.decisions == 480)
    #expect(found.depth.depths.reduce(0, +) == 480)
    #expect(found.dimensions.inputs > 200)
    #expect(found.dimensions.rows.allSatisfy { (1...16).contains($0.slow ?? 0) && (1...16).contains($0.fast ?? 0) })
    #expect(found.halting.count == 2880)
    #expect(found.regimes.rows.last?.decisions == 480)
    #expect(abs((found.regimes.rows.last?.payoffBp ?? 1e9) - found.depth.payoffBp[2]) < 1e-9)
    #expect(found.attribution.payoffBp == found.depth.payoffBp[2])
    let text = found.text
    for finding in found.findings {
      #expect(!finding.text.isEmpty && text.contains(finding.text), "\(finding.heading)")
    }
    #expect(text.contains("UNTRAINED"))
  }

  @Test func aPartThatIsUsedIsMissed() throws {
    let attribution = try Self.diagnosis(Self.run()).attribution
    let rows = attribution.rows
    #expect(rows.map(\.part) == Attribution.Part.allCases)
    for row in rows {
      #expect(row.missing == nil, "\(row.part)")
      #expect((row.changedActions ?? 0) > 0, "\(row.part)")
      #expect((0.001...1).contains(row.policyShift ?? 0), "\(row.part): \(row.policyShift ?? 0)")
      let difference = (row.payoffBp ?? 0) - attribution.payoffBp
      #expect(abs(difference - (row.gain?.gainBp ?? 1e9)) < 1e-6, "\(row.part)")
    }
  }

  @Test func aTableWithoutContentIsNotMissed() throws {
    var tensors = Self.tensors(3, seed: 7)
    for name in ["instr_emb", "tf_emb"] {
      let table = tensors[name]!
      tensors[name] = Tensor(shape: table.shape, values: table.values.map { _ in 0 })
    }
    let rows = try Self.diagnosis(Self.run(tensors: tensors)).attribution.rows
    for row in rows where row.part == .instrument || row.part == .timeframe {
      #expect(row.changedActions == 0 && row.policyShift == 0)
      #expect(row.gain?.gainBp == 0)
    }
  }

  @Test func oneSegmentHasNothingToCarry() throws {
    let found = try Self.diagnosis(Self.run(segments: 1))
    for row in found.attribution.rows where row.part == .slowMemory || row.part == .fastMemory {
      #expect(row.missing != nil && row.changedActions == nil)
    }
    #expect(found.halting.count == 0)
    #expect(found.depth.finding.contains("no depth to choose"))
    #expect(DiagnosisPage(found).html.contains("nothing to halt before"))
  }

  @Test func frozenStatesForget() throws {
    let architecture = DiagnosisFixture.architecture(segments: 3)
    let parameters = try HRMParameters(architecture: architecture, tensors: Self.tensors(3, seed: 7))
    let series = DiagnosisFixture.series(returns: [Double](repeating: 0.001, count: 100))
    let probe = NetworkProbe(parameters: parameters, segments: 3, threads: 1)
    func halts(_ frozen: NetworkProbe.Frozen) throws -> [[Float]] {
      var none: StateWatch?
      let record = try probe.think(series, bars: 60..<100, frozen: frozen, watch: &none)
      return (1...3).map { segment in (60..<100).map { record.halt(after: segment, bar: $0, .flat) } }
    }
    let (free, slow, fast, both) = (try halts([]), try halts(.slow), try halts(.fast), try halts([.slow, .fast]))
    #expect(free[0] == slow[0] && free[0] == fast[0])
    #expect(free[2] != slow[2] && free[2] != fast[2] && slow[2] != fast[2])
    // Set back wholly, it thinks the first segment again and again.
    #expect(both == [free[0], free[0], free[0]])
    #expect(try halts([]) == free)
  }

  @Test func pageIsWellFormed() throws {
    let found = try Self.diagnosis(Self.run())
    let html = DiagnosisPage(found).html
    for name in ["figure", "svg", "table", "section", "rect", "text"] {
      let opened = html.matches(of: try Regex("<\(name)[ >]")).count
      let closed = html.components(separatedBy: "</\(name)>").count - 1
      #expect(opened == closed && opened > 0, "\(name): \(opened) opened, \(closed) closed")
    }
    #expect(html.contains("a &lt;model&gt;"))
    #expect(html.contains("UNTRAINED"))
    #expect(!html.contains("nan") && !html.contains("<script"))
    for finding in found.findings { #expect(html.contains(finding.heading)) }
  }
}
