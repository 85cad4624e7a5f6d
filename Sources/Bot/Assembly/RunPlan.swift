import Agent
import Core
import Settings

/// What one run is to do: settings, where its bars come from, how fast, and where it keeps things.
public struct RunPlan: Sendable {
  /// Where bars come from.
  public enum Source: Sendable, Equatable {
    /// The simulated market of the settings. SYNTHETIC.
    case simulated
    /// Recorded bars.
    case replay(files: [String])
  }

  /// Where records go.
  public enum JournalPlace: Sendable, Equatable {
    case directory(String)
    case off
  }

  public var settings: BotSettings
  /// Settings as canonical JSON, for the session record.
  public var settingsJSON: [UInt8]
  public var source: Source
  public var pace: Pace
  public var journal: JournalPlace
  public var home: StateDirectory
  /// Path of the settings file, beside which `instruments.yaml` is looked for; nil: the built-in rules.
  public var settingsPath: String?
  /// Ends after so many bars (pre-roll not counted).
  public var maximumBars: Int?
  /// A policy besides the known ones, for benchmarks and tests.
  public var extraPolicy: (name: String, policy: any Policy)?
  /// The version of the binary.
  public var build: String

  /// A plan as given.
  public init(
    settings: BotSettings, settingsJSON: [UInt8], source: Source, pace: Pace, journal: JournalPlace,
    home: StateDirectory, settingsPath: String?, maximumBars: Int?, build: String
  ) {
    self.settings = settings
    self.settingsJSON = settingsJSON
    self.source = source
    self.pace = pace
    self.journal = journal
    self.home = home
    self.settingsPath = settingsPath
    self.maximumBars = maximumBars
    self.build = build
  }

  /// Whether prices are made up.
  public var isSynthetic: Bool { source == .simulated }
  /// `paper` for a bot that goes on where it stopped; `replay` for a run from the beginning, over recorded bars or over
  /// the simulated market in virtual time.
  public var mode: String { isSynthetic && !pace.isVirtual ? "paper" : "replay" }
}

/// Something that keeps a run from starting, with the remedy.
public struct StartError: Error, CustomStringConvertible {
  /// What is wrong, and what to do.
  public var description: String
  /// 78 (configuration: a restart changes nothing), 66 (no input), 73 (cannot create), 75 (try again later).
  public var exitCode: Int32
  /// An error as given.
  public init(_ description: String, exitCode: Int32) {
    self.description = description
    self.exitCode = exitCode
  }
}
