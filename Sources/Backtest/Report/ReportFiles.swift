import Bot
import Files
import Glibc

/// Puts reports on disk, whole or not at all.
package enum ReportFiles {
  /// Writes the page. Throws `StartError` (73) that names the path.
  package static func write(_ data: ReportData, to path: String) throws {
    try replace(path, ReportPage(data).html)
  }

  /// Writes all figures as svg files and their numbers as `figures.json` into a directory, which is made if it is missing.
  /// Throws `StartError` (73) that names the path.
  package static func writeFigures(_ data: ReportData, to directory: String) throws {
    guard mkdir(directory, 0o755) == 0 || errno == EEXIST else {
      throw StartError("\(directory): cannot be made: \(FileError.text())", exitCode: 73)
    }
    for file in FigureSet(data).files { try replace("\(directory)/\(file.name)", file.text) }
  }

  /// Writes a file. Throws `StartError` (73) that names the path.
  package static func replace(_ path: String, _ text: String) throws {
    do { try DurableFile.replace(path, with: Array(text.utf8), mode: 0o644) } catch let error as FileError {
      throw StartError("\(path): cannot be written: \(error)", exitCode: 73)
    }
  }
}
