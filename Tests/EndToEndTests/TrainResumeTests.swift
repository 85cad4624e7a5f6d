import Digest
import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// Training that is stopped and goes on in another process ends with the bytes of training that was never stopped.
  @Suite struct TrainResumeTests {
    /// Step 40 of a run of 60: the schedule of the learning rate is that of the whole run.
    private static func run(_ out: [String], threads: Int, until step: Int) -> [String] {
      ["train", "planted", "--case", "easy", "--seed", "7", "--steps", "60"] + out
        + ["--threads", "\(threads)", "--stop-after", "\(step)"]
    }

    private static func checkpoint(_ place: Place, _ run: String, step: Int) throws -> String {
      let path = place.file("\(run)/checkpoints/step-0000000\(step).safetensors")
      let hash = SHA256.hex(SHA256.digest(Array(try #require(FileManager.default.contents(atPath: path), "\(path)"))))
      #expect(Files.text(path + ".sha256") == hash + "\n")
      return hash
    }

    @Test func twoHalvesAreTheWhole() async throws {
      let place = try Place()
      let whole = try await place.run(Self.run(["--out", "whole"], threads: 1, until: 40))
      #expect(whole.code == 130, "\(whole)")
      let first = try await place.run(Self.run(["--out", "halves"], threads: 2, until: 20))
      #expect(first.code == 130 && first.error.contains("go on with --resume halves"), "\(first)")
      let taken = try await place.run(Self.run(["--out", "halves"], threads: 2, until: 40))
      #expect(taken.code == 65 && taken.error.contains("--resume"), "\(taken)")
      let second = try await place.run(Self.run(["--resume", "halves"], threads: 1, until: 40))
      #expect(second.code == 130, "\(second)")
      #expect(
        try Self.checkpoint(place, "halves", step: 40) == Self.checkpoint(place, "whole", step: 40))
      for log in ["log.jsonl", "scalars.csv"] {
        #expect(!Files.text(place.file("whole/\(log)")).isEmpty)
        #expect(Files.text(place.file("halves/\(log)")) == Files.text(place.file("whole/\(log)")), "\(log)")
      }
      // One byte: the run does not go on.
      let path = place.file("halves/checkpoints/step-000000040.safetensors")
      var bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
      bytes[bytes.count / 3] ^= 16
      try Files.write(bytes, to: path)
      let refused = try await place.run(Self.run(["--resume", "halves"], threads: 1, until: 41))
      #expect(refused.code == 65 && refused.error.contains("step-000000040.safetensors"), "\(refused)")
    }

    @Test func aFormGoesOnAsItBegan() async throws {
      let place = try Place()
      func run(_ more: [String]) async throws -> Ended {
        try await place.run(["train", "planted", "--case", "thin", "--steps", "20", "--threads", "1"] + more)
      }
      let usual = ["--form", "collapsed", "--gradient", "lastCycle", "--dropout", "0.2"]
      let first = try await run(usual + ["--out", "one", "--stop-after", "3"])
      #expect(first.code == 130, "\(first)")
      for (other, word) in [
        (["--form", "plain"] + usual[2...], "task"), (Array(usual[..<2]) + ["--dropout", "0.2"], "settings"),
        (Array(usual[..<4]) + ["--dropout", "0.3"], "settings"),
      ] {
        let refused = try await run(other + ["--resume", "one"])
        #expect(refused.code == 65 && refused.error.contains(word), "\(refused)")
      }
      let second = try await run(usual + ["--resume", "one", "--stop-after", "5"])
      #expect(second.code == 130, "\(second)")
      for wrong in [["--form", "folded"], ["--gradient", "all"], ["--dropout", "0.95"], ["--segments", "0"]] {
        let refused = try await run(wrong)
        #expect(refused.code == 64 && refused.error.contains(wrong[0]), "\(refused)")
      }
    }

    @Test func settingsAreShownWithoutData() async throws {
      let place = try Place()
      let shown = try await place.run(["train", "market", "--form", "plain", "--dropout", "0.1", "--show-settings"])
      #expect(shown.code == 0, "\(shown)")
      #expect(shown.output.contains("form: plain") && shown.output.contains("dropout: 0.1"), "\(shown)")
      let missing = try await place.run(["train", "data"])
      #expect(missing.code == 64 && missing.error.contains("--data"), "\(missing)")
    }

    @Test func anInterruptTakesNothingAway() async throws {
      let place = try Place()
      let whole = try await place.run(Self.run(["--out", "whole"], threads: 2, until: 40))
      #expect(whole.code == 130, "\(whole)")
      let child = try place.start(Self.run(["--out", "parts"], threads: 2, until: 40))
      try await child.wait(for: "some steps", within: 30) { !Files.text(place.file("parts/log.jsonl")).isEmpty }
      child.send(SIGINT)
      let ended = try await child.end()
      #expect(ended.code == 130, "\(ended)")
      let rest = try await place.run(Self.run(["--resume", "parts"], threads: 2, until: 40))
      #expect(rest.code == 130, "\(rest)")
      #expect(try Self.checkpoint(place, "parts", step: 40) == Self.checkpoint(place, "whole", step: 40))
    }
  }
}
