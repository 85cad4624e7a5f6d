import Foundation
import HRM
import Testing
import Training

/// Forms, gradient and dropout among the settings of training on markets.
@Suite struct FormSettingsTests {
  private static func settings(_ values: [(String, String)]) throws -> MarketTrainingSettings {
    var settings = MarketTrainingSettings()
    for (name, value) in values { try settings.set(name, to: value, place: "test") }
    return settings
  }

  private static func error(_ values: [(String, String)]) -> String? {
    do {
      _ = try settings(values).architecture()
      return nil
    } catch { return "\(error)" }
  }

  @Test func theUsualTextHasNoWordOfThem() throws {
    let usual = String(decoding: try JSONEncoder().encode(MarketTrainingSettings()), as: UTF8.self)
    #expect(["form", "gradient", "dropout", "variation"].allSatisfy { !usual.contains("\"\($0)\"") }, "\(usual)")
    let set = try Self.settings([("form", "hierarchy"), ("gradient", "oneStep"), ("dropout", "0")])
    #expect(set == MarketTrainingSettings())
  }

  @Test func theFileHasThemAndReadsThem() throws {
    let settings = try Self.settings([("form", "collapsed"), ("gradient", "lastCycle"), ("dropout", "0.25")])
    var read = MarketTrainingSettings()
    try read.take(Array(settings.file.utf8), file: "training.yaml")
    #expect(read == settings && read.form == .collapsed && read.trainer.gradient == .lastCycle)
    #expect(read.sharedTrainer.dropout == 0.25)
    let data = try JSONEncoder().encode(settings)
    #expect(try JSONDecoder().decode(MarketTrainingSettings.self, from: data) == settings)
  }

  @Test(arguments: HRMForm.allCases) func everyFormHasItsShape(form: HRMForm) throws {
    let settings = try Self.settings([("form", form.rawValue), ("max_segments", "3")])
    let architecture = try settings.architecture()
    #expect(architecture.form == form)
    #expect(architecture.maxSegments == settings.segments && settings.sharedTrainer.maxSegments == settings.segments)
    #expect(settings.segments == (form == .plain || form == .depth1 ? 1 : 3))
    #expect(architecture.parameterCount == (try MarketTrainingSettings().architecture().parameterCount))
  }

  @Test func contradictionsAreRefused() throws {
    #expect(Self.error([("form", "plain"), ("cycles", "2")])?.contains("cycles") == true)
    #expect(Self.error([("form", "plainLoop"), ("low_steps", "3")])?.contains("low_steps") == true)
    #expect(Self.error([("form", "plain"), ("cycles", "1")]) == nil)
    #expect(Self.error([("form", "collapsed"), ("preset", "hrm-27m")])?.contains("hrm-27m") == true)
    #expect(Self.error([("form", "collapsed"), ("preset", "hrm-27m-pub")]) == nil)
    for (name, value) in [("form", "folded"), ("gradient", "all"), ("dropout", "0.95"), ("dropout", "-0.1")] {
      #expect(Self.error([(name, value)])?.contains("\(name) is \(value), allowed:") == true)
    }
  }
}
