import Foundation
import Glibc
import Testing

extension EndToEnd {
  @Suite struct PolicyArchiveTests {
    @Test func archiveSignVerifyAndCompare() async throws {
      let place = try Place()
      let model = try await TinyModel.path
      let archived = try await place.run("policy", "archive", model, "--as", "first", "--json")
      #expect(archived.code == 0, "\(archived)")
      #expect(try archived.json()["found"]["signature"].string == "unsigned")
      #expect(try archived.json()["manifest"]["name"].string == "tiny-seed3")
      let entry = place.home + "/archive/first"
      #expect(Files.exists(entry + "/policy.safetensors") && Files.exists(entry + "/manifest.json"))
      #expect(try await place.run("policy", "archive", model, "--as", "first").code == 73)
      #expect(try await place.run("policy", "archive", model, "--as", "../x").code == 64)
      #expect(try await place.run("policy", "archive", place.file("none")).code == 66)

      let key = place.file("key.pem")
      let made = try await place.run("policy", "keygen", "--out", key, "--json")
      let publicKey = try #require(try made.json()["public_key"].string)
      #expect(publicKey.count == 64)
      var status = stat()
      #expect(stat(key, &status) == 0 && status.st_mode & 0o777 == 0o600)
      #expect(try await place.run("policy", "keygen", "--out", key).code == 73)
      let trust = ["--set", "policy.public_key=\(publicKey)"]
      let unsigned = try await place.run(["policy", "verify", "first", "--signed"] + trust)
      #expect(unsigned.code == 1 && unsigned.output.contains("not signed"), "\(unsigned)")

      chmod(key, 0o644)
      let open = try await place.run("policy", "sign", "first", "--key", key)
      #expect(open.code == 78 && open.error.contains("chmod 600"), "\(open)")
      #expect(!Files.exists(entry + "/manifest.sig"))
      chmod(key, 0o600)
      #expect(try await place.run(["policy", "sign", "first", "--key", key] + trust).code == 0)
      #expect(try await place.run(["policy", "verify", "--signed"] + trust).code == 0)
      let list = try await place.run(["policy", "list"] + trust)
      #expect(list.output.contains("first") && list.output.contains("by the key of the settings"), "\(list)")

      // Another's signature is refused everywhere, also by a bot.
      let other = place.file("other.pem")
      #expect(try await place.run("policy", "keygen", "--out", other).code == 0)
      #expect(try await place.run("policy", "sign", "first", "--key", other).code == 0)
      let wrong = try await place.run(["policy", "verify", "first"] + trust)
      #expect(wrong.code == 1 && wrong.output.contains("signed with the key"), "\(wrong)")
      let bot = try await place.run(
        ["paper", "--speed", "max", "--bars", "2", "--set", "policy.model_directory=\(entry)"] + trust)
      #expect(bot.code == 78 && bot.error.contains("signed with the key"), "\(bot)")

      // A manifest, or weights, that were changed afterwards.
      #expect(try await place.run(["policy", "sign", "first", "--key", key] + trust).code == 0)
      let manifest = Files.text(entry + "/manifest.json")
      try Files.write(manifest.replacingOccurrences(of: "tiny-seed3", with: "tiny-seed4"), to: entry + "/manifest.json")
      let tampered = try await place.run(["policy", "show", "first"] + trust)
      #expect(tampered.code == 65 && tampered.error.contains("not that of the manifest"), "\(tampered)")
      try Files.write(manifest, to: entry + "/manifest.json")
      #expect(try await place.run(["policy", "verify"] + trust).code == 0)
      var weights = try Data(contentsOf: URL(fileURLWithPath: entry + "/policy.safetensors"))
      weights[weights.count - 9] ^= 1
      try weights.write(to: URL(fileURLWithPath: entry + "/policy.safetensors"))
      let damaged = try await place.run(["policy", "verify", "--json"] + trust)
      #expect(damaged.code == 1 && damaged.output.contains("policy.safetensors"), "\(damaged)")
      #expect(try await place.run("policy", "sign", "first", "--key", key).code == 65)
    }

    @Test func differencesAreNamed() async throws {
      let place = try Place()
      let first = try await TinyModel.path
      let second = place.file("second")
      #expect(try await place.run("model", "new", "--preset", "tiny", "--seed", "4", "--out", second).code == 0)
      let same = try await place.run("policy", "diff", first, first)
      #expect(same.code == 0 && same.output.contains("no difference"))
      let differ = try await place.run("policy", "diff", first, second)
      #expect(differ.code == 1, "\(differ)")
      for word in ["seed\n  - 3\n  + 4", "files.policy.safetensors", "weights differ by"] {
        #expect(differ.output.contains(word), "\(word): \(differ)")
      }
      let json = try await place.run("policy", "diff", first, second, "--json").json()
      // Independent weights of one size: the square root of two.
      let relative = try #require(json["relative_difference"].double)
      #expect(relative > 1 && relative < 1.6)
      #expect(try await place.run("policy", "diff", first, place.file("none")).code == 66)
    }

    @Test func aProfileIsRecordedFromBarsAndWatched() async throws {
      let place = try Place()
      let model = place.file("model")
      #expect(try await place.run("model", "new", "--preset", "tiny", "--seed", "5", "--out", model).code == 0)
      let bare = try await place.run("policy", "show", model)
      #expect(
        bare.output.contains("feature drift is not watched") && bare.output.contains("performance is not watched"))
      let bars = place.file("BTCUSDT.csv")
      try Bars(count: 1400, minutes: 60, seed: 8).write(to: bars)
      let made = try await place.run(
        "policy", "profile", model, "--data", bars, "--cut", "2030-01-01", "--window", "50", "--expected-return",
        "0.001",
        "--expected-deviation", "0.02", "--expected-trades", "200", "--expected-from", "a test")
      #expect(made.code == 0, "\(made)")
      let shown = try await place.run("policy", "show", model)
      #expect(!shown.output.contains("is not watched") && shown.output.contains("10.00 bp a trade net"), "\(shown)")
      let manifest = try await place.run("policy", "show", model, "--json").json()["manifest"]
      #expect(manifest["reference"]["profile"]["window_bars"].int == 50)
      #expect((manifest["reference"]["profile"]["windows"].int ?? 0) >= 20)
      #expect(try await place.run("policy", "profile", model).code == 64)
      #expect(try await place.run("policy", "profile", model, "--expected-return", "0.1").code == 64)
      let ran = try await place.run(
        "paper", "--speed", "max", "--bars", "80", "--set", "policy.model_directory=\(model)", "--json")
      #expect(ran.code == 0, "\(ran)")
    }

    @Test func drillsArePassed() async throws {
      let place = try Place()
      let ended = try await place.start(["drill", "--only", "stop,rollback,model_failure", "--json"]).end(within: 180)
      #expect(ended.code == 0, "\(ended)")
      let results = try ended.json()
      for index in 0..<3 {
        #expect(results[index]["passed"].bool == true && results[index]["findings"][0].string != nil, "\(ended)")
      }
      #expect(!Files.exists(place.home), "the bot's own home is left alone")
      let left = try FileManager.default.contentsOfDirectory(atPath: place.root).filter { $0.hasPrefix("hrmbot-drill") }
      #expect(left.isEmpty)
      #expect(try await place.run("drill", "--only", "earthquake").code == 64)
    }
  }
}
