/// Ridge regression by its normal equations, added up sample by sample.
package struct RidgeRegression: Sendable {
  /// Numbers of a sample.
  package let width: Int
  /// Sums of products, row by row (the lower half), and with the target.
  private var gram: [Double]
  private var moments: [Double]

  /// A regression without a sample.
  package init(width: Int) {
    self.width = width
    gram = [Double](repeating: 0, count: width * width)
    moments = [Double](repeating: 0, count: width)
  }

  /// Takes a sample of `width` numbers and what it came to.
  package mutating func add(_ row: [Double], _ target: Double) {
    for left in 0..<width {
      moments[left] += row[left] * target
      for right in 0...left { gram[left * width + right] += row[left] * row[right] }
    }
  }

  /// Cholesky's solution of (X'X + λI) w = X'y for λ = `ridge`; nil where rounding leaves no positive pivot.
  package func weights(ridge: Double) -> [Double]? {
    var factor = gram
    for place in 0..<width { factor[place * width + place] += ridge }
    for column in 0..<width {
      for row in column..<width {
        var sum = factor[row * width + column]
        for inner in 0..<column { sum -= factor[row * width + inner] * factor[column * width + inner] }
        if row == column {
          guard sum > 0 else { return nil }
          factor[row * width + column] = sum.squareRoot()
        } else {
          factor[row * width + column] = sum / factor[column * width + column]
        }
      }
    }
    var solution = moments
    for row in 0..<width {
      for inner in 0..<row { solution[row] -= factor[row * width + inner] * solution[inner] }
      solution[row] /= factor[row * width + row]
    }
    for row in stride(from: width - 1, through: 0, by: -1) {
      for inner in (row + 1)..<width { solution[row] -= factor[inner * width + row] * solution[inner] }
      solution[row] /= factor[row * width + row]
    }
    return solution
  }
}
