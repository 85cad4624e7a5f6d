import Control
import Foundation
import Glibc
import Synchronization
import Testing

@Suite struct ServiceManagerTests {
  @Test func aManagerThatDoesNotReadHoldsNothingUp() throws {
    let scratch = try Scratch()
    let path = scratch.path + "/notify"
    // Its queue holds some datagrams. Whoever waits for room in it waits until the reader is gone.
    let reader = Self.reader(at: path)
    let isGone = Atomic(false)
    let isOver = Atomic(false)
    Thread.detachNewThread {
      for _ in 0..<200 where !isOver.load(ordering: .sequentiallyConsistent) { usleep(100_000) }
      isGone.store(true, ordering: .sequentiallyConsistent)
      close(reader)
    }
    let manager = ServiceManager(environment: ["NOTIFY_SOCKET": path])
    for _ in 0..<5000 { manager.notify("WATCHDOG=1") }
    manager.notify("READY=1", patienceMillis: 20)
    let hasWaited = isGone.load(ordering: .sequentiallyConsistent)
    #expect(!hasWaited)
    #expect(Self.receive(reader) == "WATCHDOG=1")
    isOver.store(true, ordering: .sequentiallyConsistent)
  }

  private static func reader(at path: String) -> Int32 {
    let handle = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(100)) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + path.utf8.count)
    _ = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(handle, $0, length) }
    }
    return handle
  }

  private static func receive(_ handle: Int32) -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = recv(handle, &buffer, buffer.count, 0)
    return count < 0 ? nil : String(decoding: buffer[0..<count], as: UTF8.self)
  }
}
