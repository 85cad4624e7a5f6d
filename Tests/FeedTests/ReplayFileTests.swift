import Core
import Feed
import Foundation
import Testing

@Suite struct ReplayFileTests {
  @Test func rowsBecomeBarsExactly() throws {
    let files = try TemporaryFiles()
    let text =
      header + "1659312000000,23296.36,23317.72,23262.27,23277.42,651.57251\r\n" + """
        1659312300000,0.000000001,9223372036.854775807,0.000000001,1e2,6.87e+08
        1659312600000,1,1,1,1,0.123456789012345678

        """
    let file = try ReplayFile(path: files.write(text), instrument: btc)
    let bars = try drain(file)
    #expect(file.timeframe == Timeframe("5m"))
    #expect(bars.count == 3)
    #expect(bars[0].openTime.milliseconds == 1_659_312_000_000)
    #expect(bars[0].close.description == "23277.42")
    #expect(bars[0].volume.description == "651.57251")
    #expect(bars[1].high == .max)
    #expect(bars[1].close.description == "100")
    #expect(bars[1].volume.description == "687000000")
    #expect(bars[2].volume.description == "0.123456789012345678")
    #expect(bars.allSatisfy { $0.timeframe == Timeframe("5m") && $0.instrument == btc })
    #expect(file.quality.bars == 3 && file.quality.badRows == 0)
  }

  @Test func columnsAreFoundByName() throws {
    let files = try TemporaryFiles()
    let text = "\u{FEFF}close,volume,timestamp_ms,note,low,high,open\n2,5,0,a,1,4,3\n2,5,60000,b,1,4,3\n"
    let bars = try drain(ReplayFile(path: files.write(text), instrument: btc))
    #expect(bars.count == 2)
    #expect(bars[0].open.description == "3" && bars[0].high.description == "4")
    #expect(bars[0].low.description == "1" && bars[0].close.description == "2")
  }

  @Test func gzipIsTheSameAsPlainAndMembersJoin() throws {
    let files = try TemporaryFiles()
    let text = header + rows(20_000)
    let plain = try drain(ReplayFile(path: files.write(text, "a.csv"), instrument: btc))
    let packed = try drain(ReplayFile(path: files.write(gzip(Array(text.utf8)), "a.csv.gz"), instrument: btc))
    let half = text.utf8.count / 2 + 7
    let joined = gzip(Array(text.utf8.prefix(half))) + gzip(Array(text.utf8.dropFirst(half)))
    #expect(plain.count == 20_000)
    #expect(packed == plain)
    #expect(try drain(ReplayFile(path: files.write(joined, "b.csv.gz"), instrument: btc)) == plain)
  }

  @Test(arguments: [
    ("300000,10,12,9,11", "", RowFault.columnCount(expected: 6, found: 5)),
    ("300000,10,12,9,11,1,7", "", .columnCount(expected: 6, found: 7)),
    ("", "", .columnCount(expected: 6, found: 1)),
    ("300000,abc,12,9,11,1", "open", .notANumber),
    ("300000,10,NaN,9,11,1", "high", .notANumber),
    ("300000,10,12,inf,11,1", "low", .notANumber),
    ("300000,10,12,9,,1", "close", .notANumber),
    ("300000,10,12,9,11,\u{1B}[31m", "volume", .notANumber),
    ("3e5,10,12,9,11,1", "timestamp", .notANumber),
    ("-,10,12,9,11,1", "timestamp", .notANumber),
    ("9999999999999999,10,12,9,11,1", "timestamp", .overflow),
    ("999999999999999,10,12,9,11,1", "timestamp", .timeOutOfRange),
    ("300000,0,12,9,11,1", "open", .notPositive),
    ("300000,10,12,-9,11,1", "low", .notPositive),
    ("300000,10,12,9,1.0000000001,1", "close", .tooManyDecimals(limit: 9)),
    ("300000,10,99999999999,9,11,1", "high", .overflow),
    ("300000,10,12,9,11,1e30", "volume", .overflow),
    ("300000,10,12,9,13,1", "", .impossible),
    ("300000,10,12,9,11,-1", "", .impossible),
    ("0,10,12,9,11,1", "timestamp", .duplicate),
    ("-300000,10,12,9,11,1", "timestamp", .disorder),
    ("60000,10,12,9,11,1", "timestamp", .disorder),
  ])
  func badRowsAreRefusedAndNamed(row: String, column: String, fault: RowFault) throws {
    let files = try TemporaryFiles()
    let path = try files.write(header + rows(1) + row + "\n" + rows(30, from: 10))
    let file = try ReplayFile(path: path, instrument: btc, expected: Timeframe("5m"))
    let bars = try drain(file)
    #expect(bars.count == 31)
    let error = try #require(file.rowErrors.first)
    #expect(file.rowErrors.count == 1)
    #expect(error.file == path && error.line == 3 && error.column == column && error.reason == fault)
    #expect(!error.description.utf8.contains(27), "no control character reaches the screen")
    let quality = file.quality
    #expect(quality.rows == 32 && quality.bars == 31 && quality.gaps == 1 && quality.missingBars == 1)
    #expect(quality.badRows + quality.duplicates + quality.disorder + quality.impossibleBars == 1)
  }

  @Test func refusedRowsAreAllCountedButFewRemembered() throws {
    let files = try TemporaryFiles()
    let path = try files.write(header + String(repeating: "x\n", count: 1000) + rows(5))
    let file = try ReplayFile(path: path, instrument: btc, rejects: 3)
    #expect(try drain(file).count == 5)
    #expect(file.rowErrors.map(\.line) == [2, 3, 4])
    #expect(file.quality.badRows == 1000)
  }

  @Test func aPlainFileWithoutEndLosesItsLastLine() throws {
    let files = try TemporaryFiles()
    let text = header + rows(5) + "1500000,10,12,9,11,12"
    let plain = try ReplayFile(path: files.write(text), instrument: btc)
    #expect(try drain(plain).count == 5)
    #expect(plain.rowErrors.map(\.reason) == [.unfinished])
    let packed = try ReplayFile(path: files.write(gzip(Array(text.utf8)), "a.gz"), instrument: btc)
    #expect(try drain(packed).count == 6, "the checksum of gzip proves the line whole")
  }

  @Test func damagedFilesAreErrors() throws {
    let files = try TemporaryFiles()
    let packed = gzip(Array((header + rows(50_000)).utf8))
    let cut = try files.write(Array(packed[..<(packed.count / 2)]), "cut.gz")
    #expect {
      _ = try drain(ReplayFile(path: cut, instrument: btc))
    } throws: { error in
      guard case .corrupt(cut, let offset, _)? = error as? FeedError else { return false }
      return offset == packed.count / 2 && "\(error)".contains("byte \(offset)")
    }
    var damaged = packed
    damaged[packed.count - 7] ^= 1  // in the checksum
    let wrong = try files.write(damaged, "wrong.gz")
    #expect {
      _ = try drain(ReplayFile(path: wrong, instrument: btc))
    } throws: { error in
      guard case .corrupt(wrong, let offset, _)? = error as? FeedError else { return false }
      return offset > packed.count - 9 && offset <= packed.count
    }
    for index in packed.count / 2..<packed.count / 2 + 40 { damaged[index] ^= 0xA5 }
    let torn = try files.write(damaged, "torn.gz")
    #expect(throws: FeedError.self) { _ = try drain(ReplayFile(path: torn, instrument: btc)) }
    let trailing = try files.write(packed + [1, 2, 3], "trailing.gz")
    #expect(throws: FeedError.self) { _ = try drain(ReplayFile(path: trailing, instrument: btc)) }
  }

  @Test func filesThatAreNoBarsAreErrors() throws {
    let files = try TemporaryFiles()
    func failure(_ text: String) throws -> FeedError? {
      let path = try files.write(text)
      do { _ = try drain(ReplayFile(path: path, instrument: btc)) } catch {
        #expect("\(error)".contains(path))
        return error as? FeedError
      }
      return nil
    }
    func isEmpty(_ error: FeedError?) -> Bool { if case .empty = error { true } else { false } }
    func isMissing(_ error: FeedError?, _ name: String) -> Bool {
      if case .missingColumn(_, name, _) = error { true } else { false }
    }
    func isTooLong(_ error: FeedError?, line: Int) -> Bool {
      if case .lineTooLong(_, line, 4096) = error { true } else { false }
    }
    #expect(try isEmpty(failure("")))
    #expect(try isEmpty(failure(header)))
    #expect(try isEmpty(failure(header + "a\nb\n")))
    #expect(try isMissing(failure(rows(3)), "timestamp_ms_utc"))
    #expect(try isMissing(failure("timestamp_ms,open,high,low,close\n"), "volume"))
    #expect(try isTooLong(failure(header + rows(3) + String(repeating: "1", count: 200_000)), line: 5))
    #expect(try isTooLong(failure(String(repeating: "a", count: 5000) + "\n"), line: 1))
    #expect(throws: FeedError.self) { _ = try ReplayFile(path: files.directory.path, instrument: btc) }
    #expect(throws: FeedError.self) { _ = try ReplayFile(path: "/nonexistent/bars.csv", instrument: btc) }
  }

  @Test func theTimeframeIsInferredAndChecked() throws {
    let files = try TemporaryFiles()
    // Every second bar missing now and then, one odd row, and a night.
    let text = header + rows(40) + "12060000,10,12,9,11,1\n" + rows(20, from: 210, step: 10) + rows(50, from: 900)
    let path = try files.write(text)
    #expect(try ReplayFile(path: path, instrument: btc).timeframe == Timeframe("5m"))
    let wrong = FeedError.timeframe(file: path, expected: .oneHour, found: Timeframe("5m"))
    #expect(throws: wrong) { _ = try ReplayFile(path: path, instrument: btc, expected: .oneHour) }
    #expect("\(wrong)".contains("5m") && "\(wrong)".contains("1h"))
    let single = try files.write(header + rows(1), "one.csv")
    #expect(throws: FeedError.timeframe(file: single, expected: nil, found: nil)) {
      _ = try ReplayFile(path: single, instrument: btc)
    }
    #expect(try drain(ReplayFile(path: single, instrument: btc, expected: .oneHour)).count == 1)
  }

  @Test func aClosedMarketIsNoGap() throws {
    let files = try TemporaryFiles()
    // 2024-03-01 is a Friday: 16:00 in Kolkata is after the close, Monday 9:15 is the open.
    let nse = TradingCalendar(
      name: "nse",
      session: .init(zone: .fixed(offsetMinutes: 330), openMinute: 555, closeMinute: 930, weekdays: [0, 1, 2, 3, 4]))
    let friday = CalendarDay(year: 2024, month: 3, day: 1)!.start.milliseconds / 60_000
    let monday = friday + 3 * 1440
    let text = header + rows(75, from: Int(friday) + 225) + rows(10, from: Int(monday) + 225)
    let path = try files.write(text)
    let open = try ReplayFile(path: path, instrument: btc, calendar: nse)
    _ = try drain(open)
    #expect(open.quality.gaps == 0 && open.quality.bars == 85)
    let always = try ReplayFile(path: path, instrument: btc)
    _ = try drain(always)
    #expect(always.quality.gaps == 1)
  }

  @Test func hostileBytesNeverTrap() throws {
    let files = try TemporaryFiles()
    for seed in UInt64(0)..<300 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest)
      var bytes = Array((header + rows(12)).utf8)
      for _ in 0...random.below(12) {
        let index = random.below(bytes.count)
        switch random.below(3) {
        case 0: bytes[index] = UInt8(random.below(256))
        case 1: bytes.insert(Array("0123456789eE+-.,\n\r".utf8)[random.below(18)], at: index)
        default: bytes.remove(at: index)
        }
      }
      let packed = random.below(3) == 0
      let path = try files.write(packed ? Array(gzip(bytes).dropLast(random.below(4))) : bytes)
      do {
        let file = try ReplayFile(path: path, instrument: btc)
        let bars = try drain(file)
        let quality = file.quality
        let refused = quality.badRows + quality.duplicates + quality.disorder + quality.impossibleBars
        #expect(quality.rows == quality.bars + refused, "seed \(seed)")
        #expect(bars.allSatisfy { $0.isConsistent }, "seed \(seed)")
        #expect(zip(bars, bars.dropFirst()).allSatisfy { $0.closeTime <= $1.openTime }, "seed \(seed)")
      } catch { #expect(error is FeedError, "seed \(seed): \(error)") }
    }
  }
}
