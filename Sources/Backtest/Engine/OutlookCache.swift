import Agent
import Bot
import Core
import Digest
import Files
import Foundation

/// A network's answers on disk, in the order in which a run asks for them, under a name that is the hash of everything they
/// depend on. A file that was cut off is gone on with; one that does not fit is refused.
package final class OutlookCache {
  /// Bytes of one answer.
  static let recordBytes = 112
  private static let magic = Array("hrmbot.outlook/1".utf8)
  /// No cache grows beyond it; the answers after it are worked out each time.
  package static let sizeLimit = 4 << 30

  /// Path of the file.
  package let path: String
  private let file: FileHandle
  private var known: Data
  private var place = 0
  private var size: Int
  private var pending: [UInt8] = []

  /// Opens or makes the cache of `key` in a directory. Throws `StartError`.
  package init(directory: String, key: String) throws {
    path = directory + "/outlook-\(key.prefix(32)).bin"
    try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    if !FileManager.default.fileExists(atPath: path) {
      guard FileManager.default.createFile(atPath: path, contents: Data(Self.magic)) else {
        throw StartError("\(path): cannot be written; name another directory with --cache", exitCode: 73)
      }
    }
    guard let file = FileHandle(forUpdatingAtPath: path),
      let bytes = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped),
      bytes.starts(with: Self.magic), bytes.count <= Self.sizeLimit
    else { throw StartError("\(path): is no cache of answers, or too large; remove it", exitCode: 65) }
    self.file = file
    let records = (bytes.count - Self.magic.count) / Self.recordBytes
    size = Self.magic.count + records * Self.recordBytes
    known = bytes.prefix(size)
    place = Self.magic.count
    try? file.truncate(atOffset: UInt64(size))
    _ = try? file.seekToEnd()
  }

  /// The next answer; nil when the file has no more. Throws `StartError` for one that is damaged.
  func next() throws -> NetworkAnswer? {
    guard place + Self.recordBytes <= known.count else { return nil }
    let record = Array(known[(known.startIndex + place)..<(known.startIndex + place + Self.recordBytes)])
    place += Self.recordBytes
    guard let answer = Self.decode(record) else {
      throw StartError("\(path): an answer is damaged; remove the file", exitCode: 65)
    }
    return answer
  }

  /// Writes an answer behind the others. Throws `StartError`.
  func append(_ answer: NetworkAnswer) throws {
    guard size + Self.recordBytes <= Self.sizeLimit, let record = Self.encode(answer) else { return }
    pending += record
    size += Self.recordBytes
    if pending.count >= 1 << 16 { try flush() }
  }

  /// Writes what waits. Throws `StartError`.
  package func flush() throws {
    guard !pending.isEmpty else { return }
    do { try file.write(contentsOf: Data(pending)) } catch {
      throw StartError("\(path): \(error)", exitCode: 73)
    }
    pending.removeAll(keepingCapacity: true)
  }

  /// Fixed fields, little-endian, and four bytes of the SHA-256 of the rest. Nil for an answer of more segments than fit.
  static func encode(_ answer: NetworkAnswer) -> [UInt8]? {
    var out: [UInt8] = []
    func put(_ value: Float) { withUnsafeBytes(of: value.bitPattern.littleEndian) { out += $0 } }
    out.append(answer.failure == nil ? 0 : answer.failure == NetworkAnswer.nonFinite ? 1 : 2)
    let reading = answer.reading
    guard reading?.actionPerSegment.count ?? 0 <= 32, reading?.segments ?? 0 <= 255 else { return nil }
    out.append(reading == nil ? 0 : 1)
    out.append(UInt8(reading?.segments ?? 0))
    out.append(UInt8(HaltReason.allCases.firstIndex(of: reading?.haltReason ?? .q) ?? 0))
    for place in 0..<Action.count { put(reading?.logits[place] ?? 0) }
    for place in 0..<Action.count { put(reading?.probabilities[place] ?? 0) }
    for value in [reading?.value, reading?.qHalt, reading?.qContinue, reading?.residualH, reading?.residualL] {
      put(value ?? 0)
    }
    put(answer.quantity)
    out.append(UInt8(reading?.actionPerSegment.count ?? 0))
    out += (reading?.actionPerSegment ?? []).map(\.rawValue)
    out += [UInt8](repeating: 0, count: recordBytes - 4 - out.count)
    return out + SHA256.digest(out).prefix(4)
  }

  static func decode(_ record: [UInt8]) -> NetworkAnswer? {
    guard record.count == recordBytes,
      SHA256.digest(Array(record.dropLast(4))).prefix(4).elementsEqual(record.suffix(4))
    else { return nil }
    var place = 4
    func take() -> Float {
      defer { place += 4 }
      return Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(record[place + $1]) << (8 * UInt32($1)) })
    }
    let logits = (0..<Action.count).map { _ in take() }
    let probabilities = (0..<Action.count).map { _ in take() }
    let values = (0..<5).map { _ in take() }
    let quantity = take()
    let count = Int(record[place])
    guard record[3] < HaltReason.allCases.count, place + 1 + count <= recordBytes - 4 else { return nil }
    let actions = record[(place + 1)..<(place + 1 + count)].compactMap(Action.init)
    guard actions.count == count else { return nil }
    let reading = NetworkReading(
      logits: logits, probabilities: probabilities, value: values[0], qHalt: values[1], qContinue: values[2],
      segments: Int(record[2]), haltReason: HaltReason.allCases[Int(record[3])], actionPerSegment: actions,
      residualH: values[3], residualL: values[4])
    return NetworkAnswer(
      ticket: 0, reading: record[1] == 1 ? reading : nil, quantity: quantity,
      failure: record[0] == 0 ? nil : record[0] == 1 ? NetworkAnswer.nonFinite : "the network failed", latencyMicros: 0)
  }
}
