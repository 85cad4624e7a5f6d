import Foundation

/// The archive files that a journal continues, oldest first.
struct ArchiveList {
  /// The files that are there and join one another up to the journal's own.
  private(set) var names: [ArchiveName] = []
  /// End of a file that should be there and is not; nil: none is missing.
  private(set) var missingThrough: UInt64?
  /// Name of that file where the one after it knows it.
  private(set) var missingName: String?

  /// Looks for what `meta` continues. Reads names only.
  init(directory: String, meta: JournalMeta) {
    let found = Self.all(in: directory)
    var end = meta.base.count
    while end > meta.removedThrough {
      let isNewest = end == meta.base.count
      let candidate = found.first { $0.last == end && (!isNewest || $0.description == meta.previous) }
      guard let name = candidate else {
        missingThrough = end
        missingName = isNewest ? meta.previous : nil
        break
      }
      names.append(name)
      end = name.first - 1
    }
    names.reverse()
  }

  /// Every archive file of a directory, oldest first, whether the journal knows it or not.
  static func all(in directory: String) -> [ArchiveName] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(directory)/\(ArchiveName.directory)")) ?? []
    return files.compactMap(ArchiveName.init).sorted { ($0.last, $0.first) < ($1.last, $1.first) }
  }

  /// The error that names what is missing; nil: nothing is.
  func missing(directory: String) -> JournalError? {
    missingThrough.map {
      .missingArchive(directory: directory, name: missingName ?? "journal-…-\($0).sqlite", through: $0)
    }
  }
}
