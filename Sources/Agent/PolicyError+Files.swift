import Files

extension PolicyError {
  /// The bytes of the regular file at `path`, at most `limit`. Throws `PolicyError.unavailable`.
  static func bytes(of path: String, limit: Int) throws -> [UInt8] {
    do throws(BoundedFile.Failure) { return try BoundedFile.read(path, limit: limit) } catch {
      throw PolicyError.unavailable("\(path) \(error.problem); restore it from the archive")
    }
  }
}
