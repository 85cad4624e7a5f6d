import Agent
import Control
import Core
import Exchange
import Execution
import Feed
import Files
import Foundation
import Glibc
import Settings
import Synchronization

/// Measures the way of a stop: rename of STOP → last order handed to the venue, with orders flowing as fast as they can,
/// through the real watcher, gate, engine, loop and gateway.
package enum StopBenchmark {
  /// What is measured.
  package struct Plan: Sendable {
    /// Stops.
    package var tries = 1000
    /// Whether the watcher gets notifications, or only looks.
    package var usesNotifications = true
    /// The watcher's interval, in milliseconds.
    package var pollMillis = 50
    /// A plan with the defaults.
    package init() {}
  }

  /// What came out. Times in milliseconds after the rename.
  package struct Result: Sendable {
    /// Last hand-over of each try, rising.
    package var lastOrderMillis: [Double] = []
    /// The gate's closing of each try, as seen by whoever polls it, rising.
    package var closedMillis: [Double] = []
    /// Orders handed over in all, and after the gate had closed.
    package var orders = 0, ordersAfterClosing = 0

    /// The value below which a share of `values`, rising, lies.
    package static func quantile(_ share: Double, of values: [Double]) -> Double {
      values.isEmpty ? 0 : values[min(values.count - 1, Int(Double(values.count) * share))]
    }

    /// One JSON object.
    package func json() -> CanonicalJSON {
      var out = CanonicalJSON()
      out.object { out in
        out.key("closed_ms_max")
        out.value(Self.quantile(1, of: closedMillis))
        out.key("closed_ms_p50")
        out.value(Self.quantile(0.5, of: closedMillis))
        out.key("closed_ms_p99")
        out.value(Self.quantile(0.99, of: closedMillis))
        out.key("last_order_ms_max")
        out.value(Self.quantile(1, of: lastOrderMillis))
        out.key("last_order_ms_p50")
        out.value(Self.quantile(0.5, of: lastOrderMillis))
        out.key("last_order_ms_p99")
        out.value(Self.quantile(0.99, of: lastOrderMillis))
        out.key("orders")
        out.value(orders)
        out.key("orders_after_closing")
        out.value(ordersAfterClosing)
        out.key("tries")
        out.value(lastOrderMillis.count)
      }
      return out
    }

    /// In words.
    package var text: String {
      let line = { (values: [Double]) in
        [0.5, 0.99, 1].map { String(format: "%9.3f", Self.quantile($0, of: values)) }.joined(separator: " ")
      }
      return """
        rename of STOP, in milliseconds     p50       p99       max
          last order handed over      \(line(lastOrderMillis))
          gate closed                 \(line(closedMillis))
          \(lastOrderMillis.count) tries, \(orders) orders, \(ordersAfterClosing) after the gate had closed
        """
    }
  }

  /// Runs it in a temporary directory. Throws what the file system throws, and `StartError` when the engine stands still.
  package static func run(_ plan: Plan) async throws -> Result {
    let stand = try await StopStand(plan)
    return try await stand.measure(plan.tries)
  }
}

/// A gate that notes when orders pass it.
final class TimedGate: LastGate {
  private struct State {
    var last: UInt64 = 0
    var count = 0
    var lateCount = 0
  }
  let inner: StopGate
  private let state = Mutex(State())
  private let time: any TimeSource
  /// Whether somebody has seen the gate closed: no order may pass from then on.
  let isSeenClosed = Atomic(false)

  init(inner: StopGate, time: any TimeSource) {
    self.inner = inner
    self.time = time
  }

  func pass(_ request: OrderRequest, _ handOver: () -> Void) -> Bool {
    inner.pass(request) {
      handOver()
      let now = time.monotonicNanoseconds
      let isLate = isSeenClosed.load(ordering: .sequentiallyConsistent)
      state.withLock {
        $0.last = now
        $0.count += 1
        $0.lateCount += isLate ? 1 : 0
      }
    }
  }

  var counts: (last: UInt64, count: Int, late: Int) { state.withLock { ($0.last, $0.count, $0.lateCount) } }
}
