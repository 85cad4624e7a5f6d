import Bot
import Core
import HRM
import Settings

/// What a model was trained on, as far as the notes of its manifest say: `train_from`, `train_to` (days or milliseconds), for
/// one market or asset class `train_from.crypto`, `train_to.crypto_perp`.
package struct TrainingNotes: Sendable {
  /// Name of the model.
  package var model: String
  /// Whether there is any note of a span.
  package var isKnown: Bool
  private var spans: [(scope: String?, span: Range<Timestamp>)] = []

  /// The notes of a manifest. A span without a beginning begins with time; without an end none is known. Throws `StartError`
  /// for a note that is no day.
  package init(_ manifest: ModelManifest, directory: String) throws {
    model = manifest.name
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
    spans = ends.map { scope, end in
      (scope, min(starts[scope ?? ""] ?? .earliest, end)..<end)
    }
    isKnown = !spans.isEmpty
  }

  /// The span of training for an asset class of a market; nil: it was not trained on, or nothing is known.
  package func span(assetClass: String, market: String) -> Range<Timestamp>? {
    for scope in [assetClass, market, nil] {
      if let found = spans.first(where: { $0.scope == scope }) { return found.span }
    }
    return nil
  }

  /// A day or milliseconds since 1970. A last day is trained on to its end.
  private static func time(_ text: String, isEnd: Bool) -> Timestamp? {
    if let day = CalendarDay(text) { return isEnd ? day.start.adding(milliseconds: 86_400_000) : day.start }
    // A moment such as 2023-12-31T23:00Z names its day.
    if text.count > 10, text.dropFirst(10).first == "T", let day = CalendarDay(text.prefix(10)) {
      return isEnd ? day.start.adding(milliseconds: 86_400_000) : day.start
    }
    return Int64(text).map { Timestamp(milliseconds: $0) }.flatMap { $0 >= .earliest && $0 <= .latest ? $0 : nil }
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
    let trained = models.compactMap { notes in
      notes.span(assetClass: file.record.assetClass ?? file.assetClass, market: file.market.name).map {
        (notes.model, $0)
      }
    }
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
