import Foundation

/// Reads whole files of bounded size.
enum BoundedFile {
  /// The bytes of the regular file at `path`, at most `limit`. Throws `PolicyError.unavailable`.
  static func bytes(_ path: String, limit: Int) throws -> [UInt8] {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let type = (try? FileManager.default.attributesOfItem(atPath: target))?[.type] as? FileAttributeType
    // Opening a named pipe would hang.
    guard type == .typeRegular, let handle = FileHandle(forReadingAtPath: path) else {
      throw PolicyError.unavailable("\(path) is no readable regular file; restore it from the archive")
    }
    defer { try? handle.close() }
    // One byte more than allowed tells a file of the limit from a longer one, whatever its size was a moment ago.
    guard let data = try? handle.read(upToCount: limit + 1) else {
      throw PolicyError.unavailable("\(path) is empty or cannot be read; restore it from the archive")
    }
    guard data.count <= limit else {
      throw PolicyError.unavailable("\(path) is longer than \(limit) bytes; restore it from the archive")
    }
    return [UInt8](data)
  }
}
