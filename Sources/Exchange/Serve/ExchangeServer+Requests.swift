import Core

extension ExchangeServer {
  /// Answers one line of a session.
  func receive(_ line: ArraySlice<UInt8>, from session: ServedSession) {
    let id: UInt64
    let request: WireRequest
    do {
      (id, request) = try codec.request(line)
    } catch {
      counters.badLines += 1
      session.badLines += 1
      send(.answer(id: error.id, .fault(error.fault)), to: session)
      if session.badLines >= ServedSession.Limits.badLines { session.ending = "sends no requests" }
      return
    }
    counters.requests += 1
    if case .hello(let version, let client, _) = request {
      return greet(session, id: id, version: version, client: client)
    }
    guard session.client != nil else {
      return send(.answer(id: id, .fault(WireFault(.hello, "a session begins with a hello"))), to: session)
    }
    guard session.allowance.take(at: nanoseconds) || request.isCancel else {
      counters.rateRefusals += 1
      let limit = ServedSession.Limits.requestsPerSecond
      return send(.answer(id: id, .fault(WireFault(.rate, "more than \(limit) requests a second"))), to: session)
    }
    guard session.waitingAnswers < ServedSession.Limits.waitingAnswers || request.isCancel else {
      counters.busyRefusals += 1
      return send(.answer(id: id, .fault(WireFault(.busy, "too much waits for an answer"))), to: session)
    }
    answer(request, id: id, session)
  }

  private func greet(_ session: ServedSession, id: UInt64, version: UInt64, client: String) {
    guard version == WireLimits.version else {
      let fault = WireFault(.hello, "version \(WireLimits.version) is spoken here, not \(version)")
      return send(.answer(id: id, .fault(fault)), to: session)
    }
    guard session.client == nil else {
      return send(.answer(id: id, .fault(WireFault(.hello, "said before"))), to: session)
    }
    // What the old session has not handed over by now is lost for good: from here on "no such order" is final.
    for old in sessions where old.client == client {
      counters.replacedSessions += 1
      old.ending = "replaced by a new session of the same name"
    }
    session.client = client
    let welcome = WireWelcome(
      version: version, start: startID, reportSequence: desk.reportSequence, market: market.name,
      timeframe: market.timeframe, time: now)
    send(.answer(id: id, .welcome(welcome)), to: session)
  }

  private func answer(_ request: WireRequest, id: UInt64, _ session: ServedSession) {
    switch request {
    case .instruments: send(.answer(id: id, .instruments(desk.instruments.instruments)), to: session)
    case .capabilities: send(.answer(id: id, .capabilities(hasPairs: true)), to: session)
    case .history(let instrument, let count):
      send(.answer(id: id, .bars(tape.newest(count, of: instrument))), to: session)
    case .subscribe(let moment):
      send(.answer(id: id, .subscribed), to: session)
      session.isSubscribed = true
      for bar in tape.bars(endingAfter: moment) { send(codec.encode(.bar(bar)), to: session, isAnswer: false) }
    case .time: send(.answer(id: id, .time(now)), to: session)
    case .submit, .submitPair, .cancel: answerWithFaults(request, id: id, session)
    default: settle(request, id: id, session)
    }
  }

  /// Reports leave before the answer that set them off, as real venues have it.
  private func settle(_ request: WireRequest, id: UInt64, _ session: ServedSession, delayMillis: Int = 0) {
    let answer = desk.answer(request, at: nanoseconds)
    publishReports()
    send(.answer(id: id, answer), to: session, delayMillis: delayMillis)
  }

  private func answerWithFaults(_ request: WireRequest, id: UInt64, _ session: ServedSession) {
    let lost = WireFault(.unknown, "no word on what became of it")
    switch options.faults?.nextAnswer() {
    case nil: settle(request, id: id, session)
    case .delay: settle(request, id: id, session, delayMillis: options.faults?.delayMillis() ?? 0)
    case .drop:
      _ = desk.answer(request, at: nanoseconds)
      publishReports()
    case .unknownDone:
      _ = desk.answer(request, at: nanoseconds)
      publishReports()
      send(.answer(id: id, .fault(lost)), to: session)
    case .unknownNotDone: send(.answer(id: id, .fault(lost)), to: session)
    }
  }
}
