/// Numbers as people read them: with units, and with no more digits than mean something.
package enum ReportNumber {
  /// What stands for a figure that is not defined.
  package static let missing = "n/a"

  /// A share as percent: whole from 1,000 %, one decimal from 1 %, two below.
  package static func percent(_ share: Double?, sign: Bool = false) -> String {
    guard let share, share.isFinite else { return missing }
    let value = share * 100
    return signed(value, abs(value) >= 999.95 ? 0 : abs(value) >= 0.995 ? 1 : 2, sign) + unit("%")
  }

  /// A chance: between 0.1 % and 99.9 %, for nothing estimated is certain.
  package static func probability(_ share: Double?) -> String {
    guard let share, share.isFinite else { return missing }
    if share < 0.001 { return "below 0.1" + unit("%") }
    if share > 0.999 { return "above 99.9" + unit("%") }
    return fixed(share * 100, share < 0.1 || share > 0.9 ? 1 : 0) + unit("%")
  }

  /// An amount of money: whole from 100, else two decimals.
  package static func money(_ value: Double?, sign: Bool = false) -> String {
    guard let value, value.isFinite else { return missing }
    return signed(value, abs(value) >= 99.995 ? 0 : 2, sign)
  }

  /// A text in which exact decimals are cut after the fourth.
  package static func shortened(_ text: String) -> String {
    var (result, decimals, isFraction) = ("", 0, false)
    for letter in text {
      let isDigit = letter.isASCII && letter.isNumber
      if isFraction && !isDigit { isFraction = false }
      if isFraction { decimals += 1 }
      if letter == ".", result.last.map({ $0.isASCII && $0.isNumber }) ?? false { (isFraction, decimals) = (true, 0) }
      if !isFraction || decimals <= 4 { result.append(letter) }
    }
    return result
  }

  /// A unit behind a number: no line ends between them.
  package static func unit(_ name: String) -> String { "\u{A0}" + name }

  /// A ratio with two decimals.
  package static func ratio(_ value: Double?) -> String {
    guard let value, !value.isNaN else { return missing }
    return value.isFinite ? signed(value, 2, false) : value > 0 ? "no loss" : missing
  }

  /// A count.
  package static func count(_ value: Int) -> String { grouped(String(value.magnitude), isNegative: value < 0) }

  /// A number with so many digits that mean something, at least its whole part.
  package static func significant(_ value: Double?, _ digits: Int = 4) -> String {
    guard let value, value.isFinite else { return missing }
    var (decimals, size) = (0, abs(value))
    while size > 0, decimals < 12, size < power(digits - 1) {
      size *= 10
      decimals += 1
    }
    return signed(value, decimals, false)
  }

  /// A time span in the unit that fits.
  package static func span(millis: Double?) -> String {
    guard let millis, millis.isFinite else { return missing }
    let units: [(Double, String)] = [
      (86_400_000, "days"), (3_600_000, "hours"), (60_000, "minutes"), (1000, "seconds"),
    ]
    let unit = units.first { millis >= 2 * $0.0 } ?? (1000, "seconds")
    return fixed(millis / unit.0, millis / unit.0 < 10 ? 1 : 0) + Self.unit(unit.1)
  }

  /// A number with so many decimals and commas between thousands; a minus is a minus, and zero has none.
  package static func fixed(_ value: Double, _ decimals: Int) -> String { signed(value, decimals, false) }

  private static func signed(_ value: Double, _ decimals: Int, _ sign: Bool) -> String {
    let scaled = (abs(value) * power(decimals)).rounded()
    guard scaled < 1e18 else { return (value < 0 ? "−" : sign ? "+" : "") + "\(abs(value))" }
    var digits = String(UInt64(scaled))
    digits = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let whole = grouped(String(digits.dropLast(decimals)), isNegative: value < 0 && scaled > 0)
    return (sign && value > 0 && scaled > 0 ? "+" : "") + whole + (decimals > 0 ? "." + digits.suffix(decimals) : "")
  }

  private static func grouped(_ digits: String, isNegative: Bool) -> String {
    var result = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return (isNegative ? "−" : "") + result
  }

  private static func power(_ decimals: Int) -> Double {
    (0..<max(0, decimals)).reduce(1.0) { result, _ in result * 10 }
  }
}
