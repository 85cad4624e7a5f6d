import Agent
import Core
import Execution
import Journal

/// Turns a record of an input back into the input.
package enum RecordedInput {
  /// The input, and the moment that it was judged at.
  ///
  /// - Throws: `StartError` for a record that is no input; what the decoder throws.
  package static func read(_ record: JournalRecord, _ decoder: RecordDecoder) throws -> (Ingress, Timestamp) {
    switch record.kind {
    case .bar:
      let bar = try decoder.bar(record)
      return (.bar(bar.bar, isPreRoll: bar.isPreRoll), bar.at)
    case .answer:
      let answer = try decoder.answer(record)
      return (.answer(NetworkAnswer(answer), instrument: answer.instrument), answer.at)
    case .timer:
      let timer = try decoder.timer(record)
      if timer.kind == "flatten" { return (.flattenDue, timer.at) }
      return (.deadline(ticket: timer.ticket), timer.at)
    case .outcome:
      let outcome = try decoder.outcome(record)
      return (.outcome(outcome.clientID, outcome.outcome), outcome.at)
    case .report:
      let report = try decoder.report(record)
      return (.report(report.report), report.at)
    case .venue:
      let tree = try JSONTree.parse(record.payload)
      if let (answer, at) = OrderAnswer.decode(tree) { return (.orderAnswer(answer), at) }
      let books = try VenueState.decode(tree)
      return (.venueState(books.state), books.at)
    case .control:
      let control = try decoder.control(record)
      return (.control(try ControlCommand(control)), control.at)
    default: throw StartError("record \(record.sequence): \(record.kind.rawValue) is no input", exitCode: 65)
    }
  }
}
