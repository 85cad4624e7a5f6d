import Files

extension ModelError {
  /// A file that could not be read, as the model's fault.
  init(_ failure: BoundedFile.Failure) { self.init(file: failure.path, reason: failure.problem) }

  /// A file that could not be written, as the model's fault.
  init(_ error: FileError) {
    self.init(file: error.path, reason: "\(error.operation): \(FileError.text(of: error.code))")
  }

  /// Does `work`; what goes wrong with files there is the model's fault.
  static func naming<Value: ~Copyable>(_ work: () throws -> Value) throws -> Value {
    do { return try work() } catch let failure as BoundedFile.Failure {
      throw ModelError(failure)
    } catch let error as FileError { throw ModelError(error) }
  }
}
