import Agent
import Control
import Core
import Exchange
import Settings

/// What one run is to do: settings, where its bars come from, how fast, and where it keeps things.
package struct RunPlan: Sendable {
  /// Where bars come from.
  package enum Source: Sendable, Equatable {
    /// The simulated market of the settings. SYNTHETIC.
    case simulated
    /// Recorded bars.
    case replay(files: [String])
    /// The market of a served exchange, which takes the orders too. Its prices are made up, or recorded ones played
    /// anew. SYNTHETIC.
    case served(VenueAddress)
  }

  /// Where records go.
  package enum JournalPlace: Sendable, Equatable {
    case directory(String)
    case off
  }

  package var settings: BotSettings
  /// Settings as canonical JSON, for the session record.
  package var settingsJSON: [UInt8]
  package var source: Source
  package var pace: Pace
  package var journal: JournalPlace
  package var home: StateDirectory
  /// Path of the settings file, beside which `instruments.yaml` is looked for; nil: the built-in rules.
  package var settingsPath: String?
  /// Ends after so many bars (pre-roll not counted).
  package var maximumBars: Int?
  /// A policy besides the known ones, for benchmarks and tests.
  package var extraPolicy: (name: String, policy: any Policy)?
  /// Holds up the bars of a run on a clock, for exercises.
  package var feedValve: FeedValve?
  /// The version of the binary.
  package var build: String

  /// A plan as given.
  package init(
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
  package var isSynthetic: Bool { if case .replay = source { false } else { true } }
  /// Where a served exchange is; nil: the run has a paper venue of its own.
  package var venueAddress: VenueAddress? { if case .served(let address) = source { address } else { nil } }
  /// `paper` for a bot that goes on where it stopped; `replay` for a run from the beginning, over recorded bars or over
  /// the simulated market in virtual time.
  package var mode: String { isSynthetic && !pace.isVirtual ? "paper" : "replay" }
}

/// Something that keeps a run from starting, with the remedy.
package struct StartError: Error, CustomStringConvertible {
  /// What is wrong, and what to do.
  package var description: String
  /// 78 (configuration: a restart changes nothing), 66 (no input), 73 (cannot create), 75 (try again later).
  package var exitCode: Int32
  /// An error as given.
  package init(_ description: String, exitCode: Int32) {
    self.description = description
    self.exitCode = exitCode
  }
}
