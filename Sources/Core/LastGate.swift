/// The last thing between an order and the wire: closed by a stop, and asked in the very step that hands an order over.
public protocol LastGate: Sendable {
  /// Runs `handOver` if the order may leave now. False: it may not, and nothing was run.
  ///
  /// Never runs beside the closing of the gate: a stop that comes while bytes are being handed over is later than they
  /// are, and none are handed over after it. So `handOver` must be short, must not wait for anything, and must not ask
  /// the gate.
  func pass(_ request: OrderRequest, _ handOver: () -> Void) -> Bool
  /// The same for a pair, which leaves whole or not at all.
  func pass(pair: ProtectivePair, _ handOver: () -> Void) -> Bool
}

extension LastGate {
  /// False: a gate that says nothing about pairs lets none pass.
  public func pass(pair: ProtectivePair, _ handOver: () -> Void) -> Bool { false }
}

/// A gate that nothing closes: for venues that are used without a bot around them.
package struct OpenGate: LastGate {
  /// The gate.
  package init() {}
  package func pass(_ request: OrderRequest, _ handOver: () -> Void) -> Bool {
    handOver()
    return true
  }
  package func pass(pair: ProtectivePair, _ handOver: () -> Void) -> Bool {
    handOver()
    return true
  }
}
