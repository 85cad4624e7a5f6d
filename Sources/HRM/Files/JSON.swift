import Foundation

/// JSON with errors that name file and field.
enum JSON {
  static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8], file: String) throws -> Value {
    do { return try JSONDecoder().decode(type, from: Data(bytes)) } catch let error as DecodingError {
      throw ModelError(file: file, subject: field(error), reason: reason(error))
    } catch { throw ModelError(file: file, reason: "\(error)") }
  }

  private static func field(_ error: DecodingError) -> String? {
    let path: [any CodingKey] =
      switch error {
      case .keyNotFound(let key, let context): context.codingPath + [key]
      case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
        context.codingPath
      @unknown default: []
      }
    return path.isEmpty ? nil : path.map(\.stringValue).joined(separator: ".")
  }

  private static func reason(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound: "is missing"
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      // Foundation says no more than that, whichever of the two it is.
      "is no JSON, or a number in it does not fit its field"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      context.debugDescription
    @unknown default: "cannot be decoded"
    }
  }
}
