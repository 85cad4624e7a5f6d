// swift-tools-version: 6.2
import PackageDescription

// Apart from the main package, whose builds are not instrumented: scripts/reliability/fuzz builds this one with
// `--sanitize fuzzer`, everything it depends on included.
let package = Package(
  name: "fuzzing",
  dependencies: [.package(name: "hrmbot", path: "../../..")],
  targets: [
    .executableTarget(name: "fuzzer", dependencies: [.product(name: "Fuzzing", package: "hrmbot")])
  ]
)
