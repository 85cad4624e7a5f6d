import Core

extension TrialRecord {
  /// Schema of the lines; another major version is refused.
  static let schema = "hrmbot.trial/1"

  /// One line of the ledger, without its end: JSON with sorted keys.
  package var line: [UInt8] {
    var json = CanonicalJSON()
    json.object {
      $0.key("created")
      $0.value(created.milliseconds)
      $0.key("data")
      $0.array { array in for hash in dataHashes { array.value(hash) } }
      $0.key("from")
      $0.value(from.milliseconds)
      $0.key("id")
      $0.value(id)
      $0.key("kind")
      $0.value(kind)
      $0.key("periods")
      $0.value(periods)
      switch returns {
      case .inline(let values):
        $0.key("returns")
        $0.array { array in for value in values { array.value(value) } }
      case .reference(let text):
        $0.key("returns_at")
        $0.value(text)
      }
      $0.key("schema")
      $0.value(Self.schema)
      $0.key("settings")
      $0.value(settings)
      $0.key("sharpe")
      if let sharpe { $0.value(sharpe) } else { $0.null() }
      $0.key("to")
      $0.value(to.milliseconds)
    }
    return json.bytes
  }

  /// Reads a line. Throws `StatisticsError`, also if the id is not that of the content.
  package init(line: [UInt8]) throws {
    let tree: JSONTree
    do { tree = try JSONTree.parse(line) } catch { throw StatisticsError("is not JSON: \(error)") }
    let input = try CaseInput(tree)
    let schema = try input.text("schema")
    guard schema == Self.schema || schema.hasPrefix(Self.schema + ".") else {
      throw StatisticsError("schema: \(schema) is not \(Self.schema)")
    }
    func time(_ name: String) throws -> Timestamp {
      guard let milliseconds = tree[name]?.integer else { throw StatisticsError("\(name): is no time in milliseconds") }
      let time = Timestamp(milliseconds: milliseconds)
      guard time >= .earliest, time <= .latest else { throw StatisticsError("\(name): is no time of day") }
      return time
    }
    guard let sharpe = tree["sharpe"] else { throw StatisticsError("sharpe: is missing") }
    let returns: Returns =
      input.has("returns") ? .inline(try input.numbers("returns")) : .reference(try input.text("returns_at"))
    try self.init(
      kind: try input.text("kind"), settings: try input.text("settings"), dataHashes: try input.labels("data"),
      from: try time("from"), to: try time("to"), returns: returns,
      sharpe: sharpe.isNull ? nil : try input.number("sharpe"), periods: try input.integer("periods"),
      created: try time("created"))
    guard try input.text("id") == id else { throw StatisticsError("id: is not that of the trial") }
  }
}
