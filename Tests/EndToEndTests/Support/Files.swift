import Foundation
import Glibc
import Testing

enum Files {
  static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// The binary that was built together with this test: it lies beside the test bundle.
  static let binary: String = {
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") || $0.contains(".xctest/") }
    let folders = [bundle.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }].compactMap { $0 }
    let candidates = (folders + ["\(repository)/.build/release", "\(repository)/.build/debug"]).map { "\($0)/hrmbot" }
    return candidates.first { access($0, X_OK) == 0 } ?? candidates[0]
  }()

  /// The guard beside it.
  static let guardBinary = binary + "-guard"

  /// What a file holds; empty when there is none.
  static func text(_ path: String) -> String {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  static func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

  static func write(_ bytes: [UInt8], to path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
      throw Failure("cannot write \(path)")
    }
  }

  static func makeDirectory(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  static func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: path) }
  static func copy(_ path: String, to other: String) throws {
    try FileManager.default.copyItem(atPath: path, toPath: other)
  }
}

/// A JSON value, read the way a user's script would.
struct JSON {
  private let value: Any?

  init(text: String) throws {
    do { value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: [.fragmentsAllowed]) } catch {
      throw Failure("no JSON: \(text.shortened)")
    }
  }
  init(_ value: Any?) { self.value = value is NSNull ? nil : value }

  subscript(key: String) -> JSON { JSON((value as? [String: Any])?[key]) }
  subscript(index: Int) -> JSON {
    let list = value as? [Any] ?? []
    return JSON(index < list.count ? list[index] : nil)
  }
  var keys: Set<String> { Set((value as? [String: Any] ?? [:]).keys) }
  var count: Int { (value as? [Any])?.count ?? keys.count }
  var items: [JSON] { (value as? [Any] ?? []).map { JSON($0) } }
  var string: String? { value as? String }
  var isMissing: Bool { value == nil }
  var int: Int? { string == nil ? (value as? NSNumber)?.intValue : nil }
  var double: Double? { string == nil ? (value as? NSNumber)?.doubleValue : nil }
  var bool: Bool? { value as? Bool }

  /// The value itself as text.
  var text: String { value.map { "\($0)" } ?? "null" }

  /// The members without some, as text with sorted keys, for comparisons.
  func text(without keys: String...) throws -> String {
    var members = value as? [String: Any] ?? [:]
    for key in keys { members[key] = nil }
    let data = try JSONSerialization.data(withJSONObject: members, options: [.sortedKeys])
    return String(decoding: data, as: UTF8.self)
  }

  /// The sum of a map's numbers.
  var sum: Int { keys.reduce(0) { $0 + (self[$1].int ?? 0) } }
}
