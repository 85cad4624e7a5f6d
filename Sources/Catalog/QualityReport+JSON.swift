import Core

extension QualityReport {
  /// The counts under their names in JSON, in the order in which they are written.
  private static var counts: [(name: StaticString, path: WritableKeyPath<QualityReport, Int>)] {
    [
      ("bad_rows", \.badRows), ("bars", \.bars), ("conflicts", \.conflicts), ("disorder", \.disorder),
      ("duplicates", \.duplicates), ("gaps", \.gaps), ("impossible", \.impossible), ("longest_gap", \.longestGap),
      ("longest_stale_run", \.longestStaleRun), ("missing_bars", \.missingBars), ("outliers", \.outliers),
      ("overlaps", \.overlaps), ("rows", \.rows), ("spikes", \.spikes), ("stale_runs", \.staleRuns),
      ("zero_volume", \.zeroVolume),
    ]
  }

  /// Writes the report as an object.
  package func write(to out: inout CanonicalJSON) {
    out.object { out in
      out.key("counts")
      out.object { out in
        for (name, path) in Self.counts {
          out.key(name)
          out.value(self[keyPath: path])
        }
      }
      out.key("findings")
      out.array { out in for finding in findings { out.value(finding) } }
      out.key("missing_ratio")
      out.value((missingRatio * 1_000_000).rounded() / 1_000_000)
      out.key("order")
      out.value(order.rawValue)
    }
  }

  /// Reads what `write` wrote; nil for anything else.
  package init?(_ tree: JSONTree) {
    self.init()
    guard let counts = tree["counts"], let found = tree["findings"]?.array,
      let order = tree["order"]?.string.flatMap({ BarTable.RowOrder(rawValue: $0) })
    else { return nil }
    for (name, path) in Self.counts {
      guard let value = counts["\(name)"]?.unsigned else { return nil }
      self[keyPath: path] = Int(clamping: value)
    }
    findings = found.prefix(Self.findingLimit).compactMap(\.string)
    self.order = order
  }
}
