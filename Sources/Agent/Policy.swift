import Core
import HRM

/// What a policy wants for one instrument at the close of one bar.
public struct PolicyWish: Sendable {
  /// What to do.
  public var action: Action
  /// Share of the allowed size in [0, 1]; 0 for hold, 1 for closing.
  public var fraction: Rate
  /// What a network said; nil for rules.
  public var reading: NetworkReading?
  /// Why the policy holds where its rule would not say so by itself; nil otherwise.
  public var note: String?

  /// A wish as given.
  public init(action: Action, fraction: Rate, reading: NetworkReading? = nil, note: String? = nil) {
    self.action = action
    self.fraction = fraction
    self.reading = reading
    self.note = note
  }

  /// Do nothing.
  public static func hold(note: String? = nil) -> PolicyWish { PolicyWish(action: .hold, fraction: .zero, note: note) }
}

/// How a policy answers an observation.
public enum PolicyAnswer: Sendable {
  /// It decided.
  case wish(PolicyWish)
  /// It cannot decide; the text says why and what would help.
  case failure(FallbackReason, String)
  /// It needs a network's answer, which comes back as `NetworkAnswer`.
  case think(NetworkRequest)
}

/// What a policy knows of an instrument besides its bars.
public struct HeldSide: Sendable {
  /// The side that is held.
  public var side: PositionSide
  /// Whether it can be sold without being held.
  public var isShortable: Bool

  /// A side as given.
  public init(side: PositionSide, isShortable: Bool) {
    self.side = side
    self.isShortable = isShortable
  }
}

/// Something that decides. A value: all its state is its own, and equal inputs in equal order give equal answers.
public protocol Policy: Sendable {
  /// Name and weights. Never changes.
  var identity: PolicyIdentity { get }
  /// Sees every bar, also those before the run and those on which another policy decides, before any `decide` on it.
  mutating func observe(_ observation: Observation)
  /// Decides on the observation that it saw last of that instrument.
  mutating func decide(_ observation: Observation) -> PolicyAnswer
  /// Whether `decide` would only hold: asked by runs that need no record of a decision that changes nothing. False is
  /// always right.
  mutating func holds(_ observation: Observation) -> Bool
  /// Whether bars and the side held are all that it looks at: then bars can be brought to it many at a time.
  var seesBarsOnly: Bool { get }
  /// Whether it is worth asking `hold`. True only where `seesBarsOnly` is.
  var holdsThroughBars: Bool { get }
  /// Sees the bars that come next as long as `holds` is true after each; how many those are. The bar behind them is as
  /// if it had not come. `sides`: by instrument index. Zero is always right.
  mutating func hold(through bars: ArraySlice<Bar>, sides: [HeldSide]) -> Int
  /// Sees the bars that come next, on which another policy decides. Asked only where `seesBarsOnly` is true.
  mutating func observe(_ bars: ArraySlice<Bar>, sides: [HeldSide])
  /// What a network's answer to this policy's request means. Never `.think`.
  func interpret(_ answer: NetworkAnswer, legalMask: LegalMask) -> PolicyAnswer
  /// What its rule met so far that a report should show, by name; empty for most.
  func tallies(of instrument: InstrumentID) -> [(name: String, count: Int)]
}

extension Policy {
  /// Has to decide first.
  public mutating func holds(_ observation: Observation) -> Bool { false }

  /// Looks at the whole observation.
  public var seesBarsOnly: Bool { false }

  /// Decides bar by bar.
  public var holdsThroughBars: Bool { false }

  /// Decides bar by bar.
  public mutating func hold(through bars: ArraySlice<Bar>, sides: [HeldSide]) -> Int { 0 }

  /// Remembers nothing.
  public mutating func observe(_ bars: ArraySlice<Bar>, sides: [HeldSide]) {}

  /// Nothing to show.
  public func tallies(of instrument: InstrumentID) -> [(name: String, count: Int)] { [] }

  /// Rules ask no network.
  public func interpret(_ answer: NetworkAnswer, legalMask: LegalMask) -> PolicyAnswer {
    .failure(.loadFailed, "the policy asked no network")
  }
}

/// One question to the network: everything that its answer depends on.
public struct NetworkRequest: Sendable {
  /// Ticket of the observation, set by `AgentStage`; the answer bears it.
  public var sequence: UInt64
  /// Instrument to decide on.
  public var instrument: InstrumentID
  /// Close time of the bar decided on.
  public var barClose: Timestamp
  /// What the network looks at.
  public var input: HRMInput
  /// Actions that are legal at the position held.
  public var legalMask: LegalMask
  /// Segments and deadline.
  public var limits: ThinkingLimits

  /// A request as given.
  public init(
    sequence: UInt64, instrument: InstrumentID, barClose: Timestamp, input: HRMInput, legalMask: LegalMask,
    limits: ThinkingLimits
  ) {
    self.sequence = sequence
    self.instrument = instrument
    self.barClose = barClose
    self.input = input
    self.legalMask = legalMask
    self.limits = limits
  }
}

/// The network's answer. Except for the latency it is a recorded input.
public struct NetworkAnswer: Sendable, Equatable {
  /// Ticket of the request.
  public var ticket: UInt64
  /// What the network said; nil when it failed.
  public var reading: NetworkReading?
  /// Quantity head, in [0, 1].
  public var quantity: Float
  /// Why there is no usable reading, for example `non-finite`; nil when there is one.
  public var failure: String?
  /// Time the forward passes took; no decision depends on it.
  public var latencyMicros: Int

  /// An answer as given.
  public init(ticket: UInt64, reading: NetworkReading?, quantity: Float, failure: String?, latencyMicros: Int) {
    self.ticket = ticket
    self.reading = reading
    self.quantity = quantity
    self.failure = failure
    self.latencyMicros = latencyMicros
  }
}
