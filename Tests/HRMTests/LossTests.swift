import Foundation
import HRM
import Testing

@Suite("Losses")
struct LossTests {
  /// Central differences with this step in fp32 arguments.
  private static let step: Float = 0x1p-10

  /// Slope of a function of fp32 numbers, evaluated in double precision.
  private func slope(_ x: [Float], _ index: Int, _ f: ([Float]) -> Double) -> Double {
    var up = x
    var down = x
    up[index] += Self.step
    down[index] -= Self.step
    return (f(up) - f(down)) / (Double(up[index]) - Double(down[index]))
  }

  @Test("cross entropy and its gradient", arguments: [CrossEntropy.softmax, .stablemax])
  func crossEntropy(kind: CrossEntropy) {
    var random = TestRandom(seed: 3)
    for round in 0..<50 {
      // Where stablemax bends, at 0, differences are not derivatives: keep away from it.
      let logits = (0..<6).map { _ in
        let x = 4 * random.symmetric()
        return x + (x >= 0 ? 0.01 : -0.01)
      }
      let label = random.below(6)
      func loss(_ x: [Float]) -> Double {
        var unused = ArraySlice([Float](repeating: 0, count: 6))
        return kind.loss(x[...], label: label, gradient: &unused)
      }
      func share(_ x: Float) -> Double {
        kind == .softmax ? exp(Double(x)) : x >= 0 ? Double(x) + 1 : 1 / (1 - Double(x))
      }
      let expected = -log(share(logits[label]) / logits.reduce(0) { $0 + share($1) })
      #expect(abs(loss(logits) - expected) < 1e-12, "round \(round)")
      var gradient = ArraySlice([Float](repeating: 1, count: 6))
      _ = kind.loss(logits[...], label: label, weight: 2, gradient: &gradient)
      for index in 0..<6 {
        let wanted = 1 + 2 * slope(logits, index, loss)
        #expect(abs(Double(gradient[index]) - wanted) < 3e-6, "round \(round), logit \(index)")
      }
    }
  }

  @Test("losses of extreme logits stay finite", arguments: [CrossEntropy.softmax, .stablemax])
  func extremes(kind: CrossEntropy) {
    let logits: [Float] = [3e38, -3e38, 0, 1000, -1000, 5]
    for label in logits.indices {
      var gradient = ArraySlice([Float](repeating: 0, count: 6))
      #expect(kind.loss(logits[...], label: label, gradient: &gradient).isFinite, "label \(label)")
      let isFinite = gradient.allSatisfy { $0.isFinite }
      #expect(isFinite, "label \(label)")
    }
    for logit in [Float(500), -500] {
      for target in [0, 0.3, 1] {
        let (loss, slope) = ScalarLoss.binary(logit: logit, target: target)
        #expect(loss.isFinite && slope.isFinite)
      }
    }
  }

  @Test("losses of single numbers and their slopes")
  func scalars() {
    for logit in stride(from: Float(-6), through: 6, by: 0.75) {
      for target in [0, 0.25, 1] {
        let probability = 1 / (1 + exp(-Double(logit)))
        let binary = ScalarLoss.binary(logit: logit, target: target)
        let expected = -target * log(probability) - (1 - target) * log(1 - probability)
        #expect(abs(binary.loss - expected) < 1e-12)
        #expect(abs(binary.slope - slope([logit], 0) { ScalarLoss.binary(logit: $0[0], target: target).loss }) < 1e-6)
        let quantity = ScalarLoss.squaredSigmoid(logit: logit, target: target)
        #expect(abs(quantity.loss - (probability - target) * (probability - target)) < 1e-15)
        let quantitySlope = slope([logit], 0) { ScalarLoss.squaredSigmoid(logit: $0[0], target: target).loss }
        #expect(abs(quantity.slope - quantitySlope) < 1e-6)
        let value = ScalarLoss.squared(logit, target: target)
        #expect(abs(value.slope - slope([logit], 0) { ScalarLoss.squared($0[0], target: target).loss }) < 1e-9)
      }
    }
  }

  @Test("the whole loss: parts, correctness, gradients of every output", arguments: [HRMArchitecture.Head.trade, .lm])
  func whole(head: HRMArchitecture.Head) {
    let a = TrainingFixture.architecture {
      $0.head = head
      if head == .lm { TrainingFixture.tokens(&$0) }
    }
    let lanes = 3
    var targets = TrainingBenchmark.samples(a, count: lanes, seed: 4).targets
    // The last lane has no label at all, the first one of a text lacks one.
    for index in (targets.labels.count / lanes * 2)..<targets.labels.count { targets.labels[index] = -100 }
    if head == .lm { targets.labels[1] = -100 }
    let outputs = TrainingFixture.gradients(a, lanes: lanes, seed: 7)
    let wanted = [0.2, 0.9, 0.5]
    let loss = PublishedLoss(crossEntropy: .softmax, quantityWeight: 0.25, valueWeight: 1.5)
    let (parts, gradients) = loss.evaluate(outputs, targets, continueTargets: wanted, architecture: a)
    #expect(parts.correct[2])
    let total =
      parts.answer + 0.25 * parts.quantity + 1.5 * parts.value + 0.5 * (parts.qHalt + parts.qContinue)
    #expect(abs(parts.mean - total / 3) < 1e-12)
    func mean(_ change: (inout HeadOutputs) -> Void) -> Double {
      var moved = outputs
      change(&moved)
      return loss.evaluate(moved, targets, continueTargets: wanted, architecture: a).parts.mean
    }
    func check(_ path: WritableKeyPath<HeadOutputs, [Float]>, _ name: String) {
      for index in outputs[keyPath: path].indices {
        let wanted = slope(outputs[keyPath: path], index) { values in mean { $0[keyPath: path] = values } }
        #expect(abs(Double(gradients[keyPath: path][index]) - wanted) < 2e-6, "\(name) \(index)")
      }
    }
    check(\.policy, "policy")
    check(\.quantityLogits, "quantity")
    check(\.values, "value")
    check(\.qHalt, "q_halt")
    check(\.qContinue, "q_continue")
    check(\.tokens, "tokens")
  }

  @Test("an answer is correct when every labelled one is; the first of equal logits is the answer")
  func correctness() {
    let a = TrainingFixture.architecture { TrainingFixture.tokens(&$0) }
    var outputs = HeadOutputs(a, lanes: 2)
    for position in 0..<4 { outputs.tokens[position * a.vocab + 3] = 1 }
    let loss = PublishedLoss(crossEntropy: .stablemax)
    func correct(_ labels: [Int]) -> [Bool] {
      loss.evaluate(
        outputs, TrainingTargets(labels: labels), continueTargets: [0, 0], architecture: a
      ).parts.correct
    }
    #expect(correct([3, 3, 3, 3, 0, 0, 0, 0]) == [true, true])
    #expect(correct([3, 3, -100, 3, 0, 1, 0, 0]) == [true, false])
    #expect(correct([3, 3, 2, 3, -100, -100, -100, -100]) == [false, true])
  }
}
