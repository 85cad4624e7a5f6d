// swift-tools-version: 6.2
import PackageDescription

// Targets stand in the order of the data's way through them: docs/architecture.md opens with the picture.

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let collections: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let database: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let webServer: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let yaml: Target.Dependency = .product(name: "Yams", package: "Yams")

/// Tests of one target; `Resources` holds expected values.
func tests(_ name: String, _ dependencies: [Target.Dependency], hasResources: Bool = false) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies, resources: hasResources ? [.copy("Resources")] : [])
}

let package = Package(
  name: "hrmbot",
  products: [
    .executable(name: "hrmbot", targets: ["hrmbot"]),
    .executable(name: "hrmbot-guard", targets: ["hrmbot-guard"]),
    // For scripts/reliability/fuzzing, a package of its own.
    .library(name: "Fuzzing", targets: ["Fuzzing"]),
  ],
  traits: [
    .trait(name: "MPI", description: "Training over processes of Open MPI: scripts/setup --mpi, then --traits MPI.")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .target(name: "Core", dependencies: [collections]),
    .target(name: "Settings", dependencies: ["Core", "Files", yaml]),
    .target(name: "Feed", dependencies: ["Core", "CZlib"]),
    .target(name: "Catalog", dependencies: ["Core", "Feed", "Settings", "Transport", "Files", "Digest"]),
    .target(name: "Features", dependencies: ["Core", "Digest"]),
    .target(name: "HRM", dependencies: ["Kernels", "COpenBLAS", "Files", "Digest"]),
    .target(name: "Agent", dependencies: ["Core", "HRM", "Files", "Digest"]),
    .target(name: "Risk", dependencies: ["Core"]),
    .target(name: "Exchange", dependencies: ["Core", database]),
    .target(name: "Execution", dependencies: ["Core", "Exchange", "Digest", collections]),
    .target(name: "Journal", dependencies: ["Core", "Digest", database]),
    .target(name: "Control", dependencies: ["Core", "Files", "Digest"]),
    .target(
      name: "Bot",
      dependencies: [
        "Core", "Settings", "Feed", "Features", "HRM", "Agent", "Risk", "Exchange", "Execution", "Journal", "Control",
        "Files", "Digest",
      ]),
    .target(
      name: "Simulation",
      dependencies: [
        "Bot", "Core", "Settings", "Feed", "HRM", "Agent", "Risk", "Exchange", "Execution", "Journal", "Control",
        "Files", "Digest",
      ]),
    .target(name: "Statistics", dependencies: ["Core", "Files", "Digest"]),
    .target(
      name: "Backtest",
      dependencies: [
        "Bot", "Core", "Settings", "Feed", "Catalog", "Features", "HRM", "Agent", "Risk", "Exchange", "Execution",
        "Control",
        "Files", "Digest", "Statistics",
      ]),
    .target(
      name: "Training",
      dependencies: [
        "Backtest", "Bot", "Core", "Settings", "Feed", "Catalog", "Features", "HRM", "Agent", "Risk", "Exchange",
        "Execution", "Files", "Digest", "Statistics", .target(name: "COpenMPI", condition: .when(traits: ["MPI"])),
      ]),
    .target(name: "Server", dependencies: ["Core", "Files", "Journal", webServer]),
    .target(name: "Terminal", dependencies: ["Core"]),
    .target(name: "Notify", dependencies: ["Core", "Settings", "Digest", "Transport"]),
    .executableTarget(
      name: "hrmbot",
      dependencies: [
        "Training", "Bot", "Server", "Terminal", "Notify", "Simulation", "Backtest", "Agent", "Risk", "Core", "Digest",
        "Exchange",
        "Execution", "Feed", "Features", "HRM", "Journal", "Settings", "Statistics", "Control", "Files", "Catalog",
        "Transport", argumentParser,
      ]),
    .target(name: "Guard", dependencies: ["Core", "Execution", "Control"]),
    .executableTarget(
      name: "hrmbot-guard",
      dependencies: ["Guard", "Core", "Settings", "Exchange", "Execution", "Control", "Files", argumentParser]),

    .target(name: "Files", dependencies: ["Digest"]),
    .target(name: "Digest", dependencies: ["COpenSSL"]),
    .target(name: "Transport", dependencies: ["CCurl"]),
    .target(name: "Kernels"),
    .systemLibrary(name: "COpenBLAS", path: "Sources/System/COpenBLAS", pkgConfig: "openblas"),
    .systemLibrary(name: "CCurl", path: "Sources/System/CCurl", pkgConfig: "libcurl"),
    .systemLibrary(name: "COpenMPI", path: "Sources/System/COpenMPI", pkgConfig: "ompi-c"),
    .systemLibrary(name: "COpenSSL", path: "Sources/System/COpenSSL", pkgConfig: "libcrypto"),
    .systemLibrary(name: "CZlib", path: "Sources/System/CZlib", pkgConfig: "zlib"),

    tests("Core", ["Core"], hasResources: true),
    tests("Settings", ["Settings", "Core"]),
    tests("Feed", ["Feed", "Core", "CZlib"]),
    tests("Catalog", ["Catalog", "Feed", "Transport", "Loopback", "Core"]),
    tests("Transport", ["Transport", "Loopback"]),
    // A server on this machine that says what a test tells it to.
    .target(name: "Loopback", path: "Tests/Loopback"),
    tests("Features", ["Features", "Core", "Digest"], hasResources: true),
    tests("HRM", ["HRM", "Kernels", "Digest"], hasResources: true),
    tests("Agent", ["Agent", "Core", "HRM", "Digest"], hasResources: true),
    tests("Risk", ["Risk", "Core"]),
    tests("Exchange", ["Exchange", "Core", database]),
    tests("Execution", ["Execution", "Exchange", "Core", database]),
    tests("Journal", ["Journal", "Core", "Digest", database]),
    tests(
      "Bot",
      [
        "Bot", "Core", "Settings", "Feed", "Features", "HRM", "Agent", "Risk", "Exchange", "Execution", "Journal",
        "Control", "Files", "Digest", database,
      ]),
    tests(
      "Backtest",
      [
        "Backtest", "Bot", "Core", "Settings", "Feed", "Features", "HRM", "Agent", "Risk", "Exchange", "Execution",
        "Control", "Files", "Statistics", "Digest",
      ],
      hasResources: true),
    tests(
      "Training",
      [
        "Training", "Backtest", "Bot", "Core", "Settings", "Feed", "Features", "HRM", "Agent", "Files", "Statistics",
        "Digest",
      ],
      hasResources: true),
    tests("Control", ["Control", "Core", "Files"]),
    tests("Guard", ["Guard", "Control", "Core", "Exchange", "Execution", "Files"]),
    tests("Server", ["Server", "Core", "Journal", "Loopback"]),
    tests("Terminal", ["Terminal", "Core"]),
    tests("Notify", ["Notify", "Settings", "Digest", "Transport", "Loopback", "Core"]),
    tests("Simulation", ["Simulation", "Core"]),
    tests("Statistics", ["Statistics", "Core", "Files"], hasResources: true),
    // What the fuzzers and their tests share. Not among the sources: it makes orders that nobody approved.
    .target(
      name: "Fuzzing",
      dependencies: [
        "Bot", "Core", "Settings", "Feed", "Exchange", "Execution", "Journal", "Control", "Files", "CZlib",
      ],
      path: "Tests/Fuzzing"),
    tests("Fuzzing", ["Fuzzing"]),
    tests("Digest", ["Digest"]),
    tests("Kernels", ["Kernels"]),
    tests("Tidy", []),
    // Drives the built binary, so the binary is built with it.
    tests("EndToEnd", ["hrmbot", "hrmbot-guard", "Terminal", "Core", "Digest", "Journal", "Loopback", database]),
  ]
)
