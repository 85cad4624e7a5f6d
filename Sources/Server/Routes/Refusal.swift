/// Why a request gets no answer: an error with a stable name, and in words what to do.
struct Refusal: Error {
  var status: Int
  var code: String
  var message: String

  init(_ status: Int, _ code: String, _ message: String) {
    (self.status, self.code, self.message) = (status, code, message)
  }

  init(_ failure: JournalDesk.Failure) {
    switch failure {
    case .none: self.init(404, "no_journal", "this run keeps no journal (--journal off)")
    case .busy: self.init(503, "busy", "\(ServerLimits.waitingQuestions) questions to the journal wait; ask again")
    case .unreadable(let reason): self.init(503, "journal_unreadable", reason)
    }
  }
}
