import Core

extension WireCodec {
  /// One line with its newline.
  package func encode(_ message: WireMessage) -> [UInt8] {
    Self.line { json in
      switch message {
      case .answer(let id, let answer):
        json.key("answer")
        json.value(id)
        write(answer, to: &json)
      case .bar(let bar):
        json.key("push")
        json.value(literal: "bar")
        write(bar, to: &json)
      case .report(let sequence, let report):
        json.key("push")
        json.value(literal: "report")
        json.key("sequence")
        json.value(sequence)
        write(report, to: &json)
      }
    }
  }

  private func write(_ type: StaticString, _ json: inout CanonicalJSON) {
    json.key("type")
    json.value(literal: type)
  }

  private func write(_ answer: WireAnswer, to json: inout CanonicalJSON) {
    switch answer {
    case .welcome(let welcome):
      write("welcome", &json)
      write(welcome, to: &json)
    case .instruments(let instruments):
      write("instruments", &json)
      json.key("instruments")
      WireInstruments.write(instruments, to: &json)
    case .capabilities(let hasPairs):
      write("capabilities", &json)
      json.key("pairs")
      json.value(hasPairs)
    case .bars(let bars):
      write("bars", &json)
      json.key("bars")
      json.array { json in
        for bar in bars { json.object { write(bar, to: &$0) } }
      }
    case .subscribed: write("subscribed", &json)
    case .placed: write("placed", &json)
    case .refused(let reason):
      write("refused", &json)
      json.key("reason")
      json.value(reason.rawValue)
    case .cancelled: write("cancelled", &json)
    case .notOpen: write("not_open", &json)
    case .cancelledAll(let count):
      write("cancelled_all", &json)
      json.key("count")
      json.value(count)
    case .armed(let millis):
      write("armed", &json)
      json.key("millis")
      json.value(millis)
    case .order(let snapshot):
      write("order", &json)
      json.key("order")
      if let snapshot { write(snapshot, to: &json) } else { json.null() }
    case .openOrders(let orders):
      write("open_orders", &json)
      json.key("orders")
      json.array { json in orders.forEach { write($0, to: &json) } }
    case .fills(let fills, let isComplete):
      write("fills", &json)
      json.key("complete")
      json.value(isComplete)
      json.key("fills")
      json.array { json in
        for fill in fills { json.object { write(fill, to: &$0) } }
      }
    case .account(let account):
      write("account", &json)
      write(account, to: &json)
    case .time(let time):
      write("time", &json)
      json.key("time")
      json.value(time.milliseconds)
    case .fault(let fault):
      write("fault", &json)
      json.key("code")
      json.value(fault.code.rawValue)
      json.key("detail")
      json.value(fault.detail)
    }
  }

  private func write(_ welcome: WireWelcome, to json: inout CanonicalJSON) {
    json.key("market")
    json.value(welcome.market)
    json.key("report_sequence")
    json.value(welcome.reportSequence)
    json.key("start")
    json.value(welcome.start)
    json.key("time")
    json.value(welcome.time.milliseconds)
    json.key("timeframe")
    json.value(welcome.timeframe.description)
    json.key("version")
    json.value(welcome.version)
  }

  private func write(_ report: ExecutionReport, to json: inout CanonicalJSON) {
    switch report {
    case .filled(let fill):
      write("filled", &json)
      return write(fill, to: &json)
    case .accepted: write("accepted", &json)
    case .cancelled: write("cancelled", &json)
    case .expired: write("expired", &json)
    case .rejected(_, let reason, _):
      write("rejected", &json)
      json.key("reason")
      json.value(reason.rawValue)
    }
    json.key("client_id")
    json.value(report.clientID.description)
    json.key("time")
    switch report {
    case .accepted(_, let time), .cancelled(_, let time), .expired(_, let time), .rejected(_, _, let time):
      json.value(time.milliseconds)
    case .filled(let fill): json.value(fill.time.milliseconds)
    }
  }
}
