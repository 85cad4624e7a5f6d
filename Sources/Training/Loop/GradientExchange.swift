import HRM

/// The other processes that train the same network, each with lanes of its own.
package protocol GradientExchange: Sendable {
  /// This process, from 0.
  var rank: Int { get }
  /// How many there are: a power of two.
  var count: Int { get }
  /// Adds the gradients of all processes, in pairs in a fixed tree, so that all end with the same bits.
  func sum(_ gradients: UnsafeMutableBufferPointer<Float>)
  /// Adds a few numbers of all processes in the order of their ranks.
  func sum(_ numbers: [Double]) -> [Double]
  /// There is nothing more to be exchanged: each goes on by itself. Comes last; a process that ends before it ends all.
  func leave()
}

/// One process alone.
package struct SingleProcess: GradientExchange {
  package let rank = 0
  package let count = 1
  /// Nobody to wait for.
  package init() {}
  package func sum(_ gradients: UnsafeMutableBufferPointer<Float>) {}
  package func sum(_ numbers: [Double]) -> [Double] { numbers }
  package func leave() {}
}
