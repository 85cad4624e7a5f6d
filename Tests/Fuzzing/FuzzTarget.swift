/// What became of one input.
public enum FuzzOutcome: Equatable, Sendable {
  /// Understood, and acted upon.
  case taken
  /// Turned down with a reason.
  case refused
  /// What must never be, in words. A trap is the other way to find something.
  case finding(String)
}

/// The places at which bytes from outside come in, each as a function of bytes. A fuzzer and the tests call the same ones.
public enum FuzzTarget: String, CaseIterable, Sendable {
  /// Payloads of journal rows, and the file with the chain's head.
  case journal
  /// Lines of the exchange's protocol, fed on to execution.
  case wire
  /// News and books of a venue as values, in any order, fed to execution.
  case reports
  /// A venue's books, and its word on one order, as the journal has them.
  case books
  /// The files STOP and RESUME, the latch and the heartbeat.
  case control
  /// The files with settings and instruments.
  case settings
  /// Recorded bars, plain and gzip.
  case rows

  /// The target's function. It keeps what it needs between inputs, and the same input always ends the same.
  public func makeEntry() throws -> (_ input: [UInt8]) -> FuzzOutcome {
    switch self {
    case .journal: JournalFuzz().run
    case .wire: WireFuzz().run
    case .reports: ReportsFuzz.run
    case .books: BooksFuzz.run
    case .control: try ControlFuzz().run
    case .settings: SettingsFuzz.run
    case .rows: try RowsFuzz().run
    }
  }

  /// Sound inputs to begin with.
  public var seeds: [[UInt8]] {
    switch self {
    case .journal: JournalSeeds.all
    case .wire: WireSeeds.all
    case .reports: ReportsFuzz.seeds
    case .books: BooksFuzz.seeds
    case .control: ControlFuzz.seeds
    case .settings: SettingsFuzz.seeds
    case .rows: RowsFuzz.seeds
    }
  }

  /// Words of the target's language, for mutations.
  public var dictionary: [String] {
    let numbers = ["0", "-1", "1e400", "9223372036.854775807", "-9223372036.854775808", "18446744073709551615", "NaN"]
    switch self {
    case .journal, .wire, .books, .control:
      return numbers + ["{", "}", "[", "]", "\"", "null", "true", "\\ud800", "\u{1}"]
    case .reports: return []
    case .settings: return numbers + ["&a", "*a", "!!", "- ", ": ", "[", "]", "{", "}", "|", "'", "\"", "#", "---"]
    case .rows: return numbers + [",", "\n", "\r\n", "\u{1F}\u{8B}"]
    }
  }
}
