import FHIR
import Foundation
import Testing

/// Parses `text` and hands its root to `body`.
func parsed<T>(_ text: String, _ body: (JSONValue) throws -> T) throws -> T {
    try JSONParser().withDocument(Array(text.utf8), body)
}

func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }

/// What the parser says about bytes that it must not take; nil when it took them.
func problem(_ bytes: [UInt8], parser: JSONParser = JSONParser()) -> JSONProblem? {
    do {
        try parser.withDocument(bytes) { _ in }
        return nil
    } catch { return error as? JSONProblem }
}

func problem(_ text: String) -> JSONProblem? { problem(Array(text.utf8)) }

/// A reproducible source of made-up shapes (SplitMix64).
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &self)] }
    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}
