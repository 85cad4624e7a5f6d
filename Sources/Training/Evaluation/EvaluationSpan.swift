import Bot
import Core
import HRM
import Settings

/// What a model was trained on, as far as the notes of its manifest say: `train_from`, `train_to` (days or moments, both
/// included), for one market, asset class or class of markets `train_from.crypto`, `train_to.crypto_perp`.
package struct TrainingNotes: Sendable {
  /// Name of the model.
  package var model: String
  /// Whether there is any note of a span.
  package var isKnown: Bool
  private var spans: [(scope: String?, span: Range<Timestamp>)] = []
  /// Kinds of the instruments that have rows of their own: notes without a scope are about these. Empty: about all.
  private let families: Set<Family>

  /// The notes of a manifest. A span without a beginning begins with time; without an end none is known. Throws `StartError`
  /// for a note that is no day.
  package init(_ manifest: ModelManifest, directory: String) throws {
    model = manifest.name
    families = Set(manifest.instruments.keys.map { Family(InstrumentSettings.likelyKind(of: $0)) })
    let notes = manifest.training ?? [:]
    var ends: [(scope: String?, end: Timestamp)] = []
    var starts: [String: Timestamp] = [:]
    for (key, text) in notes.sorted(by: { $0.key < $1.key }) {
      let parts = key.split(separator: ".", maxSplits: 1).map(String.init)
      guard parts.first == "train_from" || parts.first == "train_to" else { continue }
      let scope = parts.count > 1 ? parts[1] : nil
      guard let time = Self.time(text, isEnd: parts[0] == "train_to") else {
        throw StartError(
          "\(directory)/\(ModelDirectory.manifestFile): training.\(key) = \(text.prefix(40)): is no day; write YYYY-MM-DD",
          exitCode: 65)
      }
      if parts[0] == "train_from" { starts[scope ?? ""] = time } else { ends.append((scope, time)) }
    }
    spans = ends.map { scope, end in (scope, min(starts[scope ?? ""] ?? .earliest, end)..<end) }
    isKnown = !spans.isEmpty
  }

  /// The span of training for a file; nil: it was not trained on, or nothing is known.
  package func span(of file: SurveyedFile) -> Range<Timestamp>? {
    let scopes = [
      file.record.assetClass, file.assetClass, file.market.name, MarketClass(file.instrument).rawValue,
    ]
    for scope in scopes.compactMap({ $0 }) {
      if let found = spans.first(where: { $0.scope == scope }) { return found.span }
    }
    guard families.isEmpty || families.contains(Family(file.instrument.kind)) else { return nil }
    return spans.first { $0.scope == nil }?.span
  }

  /// Instruments that move together.
  private enum Family {
    case crypto, shares, currencies

    init(_ kind: InstrumentKind) {
      switch kind {
      case .cryptoSpot, .cryptoPerpetual: self = .crypto
      case .equity, .etf, .index: self = .shares
      case .fx, .metal: self = .currencies
      }
    }
  }

  /// A day or a moment such as `2023-12-31T23:00:00Z`. What ends with a day ends with its last moment.
  private static func time(_ text: String, isEnd: Bool) -> Timestamp? {
    if let day = CalendarDay(text) { return isEnd ? day.start.adding(milliseconds: 86_400_000) : day.start }
    let parts = text.split(separator: "T", omittingEmptySubsequences: false)
    guard parts.count == 2, let day = CalendarDay(parts[0]), parts[1].hasSuffix("Z") else { return nil }
    let clock = parts[1].dropLast().prefix { $0 != "." }.split(separator: ":", omittingEmptySubsequences: false)
    let numbers = clock.compactMap { $0.count == 2 ? Int64($0) : nil }
    guard (2...3).contains(clock.count), numbers.count == clock.count, numbers.allSatisfy({ (0..<60).contains($0) }),
      numbers[0] < 24
    else { return nil }
    let seconds = numbers[0] * 3600 + numbers[1] * 60 + (numbers.count > 2 ? numbers[2] : 0)
    return day.start.adding(milliseconds: seconds * 1000)
  }
}

/// The part of a file that is judged.
package enum EvaluationSpan: Sendable, Equatable {
  /// Bars that open in it are judged; `why` says how it came about.
  case judged(Range<Timestamp>, why: String)
  /// Nothing is.
  case none(why: String)

  /// The span of a file: all of it where no model was trained on any of it, else the market's span, without what a model was
  /// trained on and the embargo after it. Throws `StartError` (65) where an overlap is to be refused.
  package init(_ file: SurveyedFile, models: [TrainingNotes], settings: EvaluationSettings) throws {
    let whole = file.first..<file.last
    let trained = models.compactMap { notes in notes.span(of: file).map { (notes.model, $0) } }
    let isKnown = !models.isEmpty && models.allSatisfy(\.isKnown)
    if settings.usesUnseenWhole, isKnown, !trained.contains(where: { $0.1.overlaps(whole) }) {
      self = .judged(whole, why: "whole: no model was trained on it")
      return
    }
    let from = max(file.market.from?.start ?? whole.lowerBound, whole.lowerBound)
    let to = min(file.market.to?.start ?? whole.upperBound, whole.upperBound)
    guard from < to else {
      self = .none(why: "ends before the span of \(file.market.name) begins, or begins after it ends")
      return
    }
    var span = from..<to
    var why = "the span of \(file.market.name)"
    for (model, training) in trained where training.overlaps(span) {
      guard !settings.refusesOverlap else {
        throw StartError(
          "\(file.record.path): \(model) was trained on \(CalendarDay(training.lowerBound)) to "
            + "\(CalendarDay(closing: training.upperBound)), which overlaps with the span judged; set market "
            + "\(file.market.name) from a later day, or training_overlap: cut", exitCode: 65)
      }
      let begin = training.upperBound.adding(milliseconds: Int64(settings.embargoDays) * 86_400_000)
      guard begin < span.upperBound else {
        self = .none(why: "\(model) was trained on all of it")
        return
      }
      span = max(begin, span.lowerBound)..<span.upperBound
      why = "cut to what lies after the training of \(model)"
    }
    self = .judged(span, why: why)
  }
}
