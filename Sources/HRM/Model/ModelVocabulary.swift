/// Which rows of a model's two tables stand for which instruments and timeframes. Row 0 of each stands for everything
/// else. Rows are given out in order and never twice: a row that was retired stays retired in all later versions.
public struct ModelVocabulary: Equatable, Sendable {
  /// One of the two tables.
  public struct Table: Equatable, Sendable {
    /// What its entries are called in messages: `instruments` or `timeframes`.
    public let field: String
    /// Rows of the table, row 0 included.
    public let rowCount: Int
    /// Symbol or label → row.
    public private(set) var rows: [String: Int]
    /// Rows that stood for something once, ascending.
    public private(set) var retired: [Int]

    /// A table as given.
    public init(field: String, rowCount: Int, rows: [String: Int], retired: [Int] = []) {
      self.field = field
      self.rowCount = rowCount
      self.rows = rows
      self.retired = retired.sorted()
    }

    /// Entries that there can be.
    public var capacity: Int { rowCount - 1 }
    /// Entries that can still be added.
    public var free: Int { capacity - lastGiven }
    /// The highest row that was ever given out.
    private var lastGiven: Int { max(rows.values.max() ?? 0, retired.last ?? 0) }

    /// Gives an entry the next free row and returns it. Throws `ModelError` naming `file` where the table is full, or the
    /// entry has a row already.
    public mutating func add(_ label: String, file: String = "vocabulary") throws -> Int {
      if let row = rows[label] {
        throw ModelError(file: file, subject: field, reason: "\(label) has row \(row) already")
      }
      let row = lastGiven + 1
      guard row < rowCount else {
        throw ModelError(
          file: file, subject: field,
          reason: "no row is left for \(label): the model's capacity of \(capacity) is used up"
            + (retired.isEmpty ? "" : ", \(retired.count) by retired rows") + "; "
            + "trade it on row 0 (unknown), or make and train a model with a larger table")
      }
      rows[label] = row
      try validate(file: file)
      return row
    }

    /// Takes an entry out and returns its row, which no other will ever get.
    public mutating func retire(_ label: String, file: String = "vocabulary") throws -> Int {
      guard let row = rows.removeValue(forKey: label) else {
        throw ModelError(file: file, subject: field, reason: "\(label) has no row")
      }
      retired = (retired + [row]).sorted()
      return row
    }

    /// Throws a `ModelError` where rows are shared or out of range, or an entry is no printable text.
    func validate(file: String) throws {
      var owners: [Int: String] = [:]
      for row in retired {
        guard row >= 1 && row < rowCount, owners.updateValue("a retired entry", forKey: row) == nil else {
          throw ModelError(
            file: file, subject: "retired_rows.\(field)",
            reason: "row \(row) appears twice or outside 1...\(rowCount - 1)")
        }
      }
      for (label, row) in rows.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
        guard (1...64).contains(label.utf8.count), label.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
          throw ModelError(
            file: file, subject: field,
            reason: "\(label.prefix(64).debugDescription) is not 1 to 64 printable characters")
        }
        guard row >= 1 && row < rowCount else {
          throw ModelError(file: file, subject: field, reason: "\(label) has row \(row), allowed 1...\(rowCount - 1)")
        }
        if let owner = owners.updateValue(label, forKey: row) {
          throw ModelError(file: file, subject: field, reason: "\(owner) and \(label) share row \(row)")
        }
      }
    }
  }

  /// Symbols.
  public var instruments: Table
  /// Bar lengths.
  public var timeframes: Table

  /// Two tables as given.
  public init(instruments: Table, timeframes: Table) {
    self.instruments = instruments
    self.timeframes = timeframes
  }
}

extension ModelManifest {
  /// The vocabulary of the model.
  public var vocabulary: ModelVocabulary {
    get {
      ModelVocabulary(
        instruments: .init(
          field: "instruments", rowCount: architecture.nInstruments, rows: instruments,
          retired: retiredRows?["instruments"] ?? []),
        timeframes: .init(
          field: "timeframes", rowCount: architecture.nTimeframes, rows: timeframes,
          retired: retiredRows?["timeframes"] ?? []))
    }
    set {
      instruments = newValue.instruments.rows
      timeframes = newValue.timeframes.rows
      let retired = [newValue.instruments, newValue.timeframes].filter { !$0.retired.isEmpty }
      retiredRows = retired.isEmpty ? nil : Dictionary(uniqueKeysWithValues: retired.map { ($0.field, $0.retired) })
    }
  }
}
