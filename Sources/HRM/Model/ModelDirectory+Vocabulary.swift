extension ModelDirectory {
  /// Writes a version of the model at `source` that knows more instruments and timeframes, or fewer, to `path`, which must
  /// not exist. A new entry takes the next free row and starts as a copy of row 0, so that it decides as the unknown one
  /// did until training says more. Models never change in place: their identity is that of their weights.
  ///
  /// - Throws: `ModelError`, also when `source` is a copy: extend its master, then export again.
  @discardableResult package static func extend(
    _ source: String, name: String? = nil, instruments: [String], timeframes: [String], retiring: [String],
    to path: String
  ) throws -> ModelManifest {
    var (manifest, stored) = try weights(of: source)
    let file = "\(source)/\(manifestFile)"
    guard manifest.precision == .float32 else {
      throw ModelError(
        file: file, subject: "precision",
        reason: "is \(manifest.precision.label): extend the fp32 master \(manifest.quantisation?.sourceName ?? ""), "
          + "then export a copy of that")
    }
    var vocabulary = manifest.vocabulary
    for symbol in retiring { _ = try vocabulary.instruments.retire(symbol, file: file) }
    let newRows = [
      ("instr_emb", try instruments.map { try vocabulary.instruments.add($0, file: file) }),
      ("tf_emb", try timeframes.map { try vocabulary.timeframes.add($0, file: file) }),
    ]
    for (table, rows) in newRows where !rows.isEmpty {
      guard let tensor = stored[table] else { continue }
      let width = tensor.shape[1]
      var values = tensor.floats()
      let unknown = Array(values[..<width])
      for row in rows { values.replaceSubrange((row * width)..<((row + 1) * width), with: unknown) }
      stored[table] = StoredTensor(Tensor(shape: tensor.shape, values: values))
    }
    manifest.vocabulary = vocabulary
    if let name { manifest.name = name }
    return try write(manifest, stored: stored, to: path)
  }
}
