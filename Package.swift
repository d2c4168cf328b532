// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours is compiled the same way: Swift 6, strict imports, warnings are errors.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .treatAllWarnings(as: .error),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")

let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
/// SwiftNIO, as the parts that open sockets need it.
let sockets = ["NIOCore", "NIOPosix", "NIOHTTP1"].map { Target.Dependency.product(name: $0, package: "swift-nio") }

let package = Package(
    name: "PayerBridge",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "payerbridge", targets: ["PayerBridge"]),
        .executable(name: "bare", targets: ["Bare"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        .target(
            name: "CSimdJSON",
            linkerSettings: [.linkedLibrary("simdjson")]
        ),
        .target(name: "CMarkdown", linkerSettings: [.linkedLibrary("cmark-gfm-extensions"), .linkedLibrary("cmark-gfm")]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "CStorage", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "CCompression", linkerSettings: [.linkedLibrary("zstd"), .linkedLibrary("z")]),
        .target(
            name: "FHIR", dependencies: ["CSimdJSON", "CCompression"], resources: [.embedInCode("Search/Table")], swiftSettings: house),
        .target(
            name: "Trust", dependencies: [crypto, cryptoExtras, .product(name: "JWTKit", package: "jwt-kit")], swiftSettings: house),
        .target(name: "Chart", dependencies: ["FHIR"], swiftSettings: house),
        .target(name: "Exchange", dependencies: ["FHIR", "Trust", crypto], swiftSettings: house),
        .target(
            name: "Storage",
            dependencies: [
                "CPostgres", "CStorage", "Exchange", "FHIR", "Trust", crypto, .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            resources: [.embedInCode("Migrations")],
            swiftSettings: house
        ),
        .target(
            name: "Records",
            dependencies: ["Exchange", "FHIR", "Trust", crypto, .product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: house),
        .target(name: "Mail", dependencies: ["CCurl", "Exchange", logging, lifecycle], swiftSettings: house),
        .target(
            name: "Pages",
            dependencies: ["CMarkdown", mustache],
            resources: [.embedInCode("Templates"), .embedInCode("Assets"), .embedInCode("Documents")],
            swiftSettings: house
        ),
        .target(
            name: "Server",
            dependencies: [
                "Chart", "Exchange", "FHIR", "Pages", "Records", crypto, hummingbird, logging, lifecycle,
                "Trust", .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ] + sockets,
            swiftSettings: house
        ),
        .target(
            name: "Receiver",
            dependencies: [
                "Exchange", "FHIR", "Trust", crypto, logging, .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"), httpClient,
            ] + sockets,
            swiftSettings: house
        ),
        .target(name: "Synthetic", swiftSettings: house),
        .executableTarget(
            name: "PayerBridge",
            dependencies: [
                "Exchange", "FHIR", "Mail", "Receiver", "Records", "Server", "Storage", "Synthetic", "Trust", hummingbird, lifecycle,
                signals, logging,
                "Yams",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: house
        ),
        .executableTarget(
            name: "Bare", dependencies: [hummingbird, .product(name: "NIOCore", package: "swift-nio")], path: "Benchmarks/Bare",
            swiftSettings: house),
        .testTarget(name: "FHIRTests", dependencies: ["FHIR"], swiftSettings: house),
        .testTarget(name: "ChartTests", dependencies: ["Chart", "FHIR", "Synthetic"], swiftSettings: house),
        .testTarget(name: "ExchangeTests", dependencies: ["Exchange", "FHIR", "Trust"], swiftSettings: house),
        .testTarget(
            name: "StorageTests",
            dependencies: [
                "Storage", "Records", "Exchange", "FHIR", "TestSupport", "Trust", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: house),
        .testTarget(
            name: "RecordsTests",
            dependencies: [
                "Records", "Exchange", "FHIR", "Synthetic", "TestSupport", "Trust", .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: house),
        .testTarget(name: "TrustTests", dependencies: ["Trust", crypto], swiftSettings: house),
        .testTarget(name: "MailTests", dependencies: ["Mail", "Exchange", logging, lifecycle], swiftSettings: house),
        .testTarget(name: "PagesTests", dependencies: ["Pages", mustache], swiftSettings: house),
        .testTarget(
            name: "ReceiverTests",
            dependencies: [
                "Receiver", "FHIR", "Trust", crypto, httpClient, .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ] + sockets, swiftSettings: house),
        .testTarget(name: "SyntheticTests", dependencies: ["Synthetic"], swiftSettings: house),
        .target(
            name: "TestSupport",
            dependencies: [
                "Exchange", "FHIR", "Server", "Storage", "Synthetic", "Trust", httpClient, hummingbird, lifecycle, logging,
                .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
            ] + sockets, path: "Tests/TestSupport", swiftSettings: house),
        .testTarget(
            name: "ServerTests", dependencies: ["Chart", "Pages", "TestSupport", "Exchange", "FHIR", "Storage", "Synthetic", "Trust"],
            swiftSettings: house),
        .testTarget(
            name: "JourneyTests",
            dependencies: [
                "TestSupport", "Exchange", "Mail", "Receiver", "Storage", "Synthetic", "Trust", lifecycle, logging,
                .product(name: "GRDB", package: "GRDB.swift"),
            ], swiftSettings: house),
    ],
    cxxLanguageStandard: .cxx17
)
