import Testing
import Trust

@Suite("Secrets that are kept to be used again")
struct SealedSecretTests {
    private static let first = (0..<32).map { UInt8($0) }
    private static let second = (0..<32).map { UInt8(200 - $0) }
    private static let place = SecretPlace(plan: "new", payer: "old-plan", field: "client_secret")
    private static let secret = ClearSecret("s3cret/+ ü \u{1F511}")

    @Test("What was sealed opens at its place, and looks different each time")
    func roundTrip() throws {
        let keys = try SealingKeys(Self.first)
        let one = try SealedSecret(Self.secret, at: Self.place, with: keys)
        let two = try SealedSecret(Self.secret, at: Self.place, with: keys)
        #expect(one.bytes != two.bytes)
        #expect(one.bytes.count == 1 + 12 + Self.secret.text.utf8.count + 16)
        for sealed in [one, two] {
            #expect(try SealedSecret(stored: sealed.bytes).opened(at: Self.place, with: keys).text == Self.secret.text)
            #expect(!sealed.isOld(keys))
        }
        let empty = try SealedSecret(ClearSecret(""), at: Self.place, with: keys)
        #expect(try empty.opened(at: Self.place, with: keys).text == "")
    }

    @Test(
        "At another plan, payer or field it does not open, nor where the parts only look the same when joined",
        arguments: [
            SecretPlace(plan: "other", payer: "old-plan", field: "client_secret"),
            SecretPlace(plan: "new", payer: "other", field: "client_secret"),
            SecretPlace(plan: "new", payer: "old-plan", field: "refresh_token"), SecretPlace(plan: "", payer: "", field: ""),
            SecretPlace(plan: "newold-plan", payer: "", field: "client_secret"),
            SecretPlace(plan: "ne", payer: "wold-plan", field: "client_secret"),
        ])
    func otherPlace(_ place: SecretPlace) throws {
        let keys = try SealingKeys(Self.first)
        let sealed = try SealedSecret(Self.secret, at: Self.place, with: keys)
        #expect(throws: SealedSecret.Problem.notGenuine) { try sealed.opened(at: place, with: keys) }
    }

    @Test("Any flipped bit and any cut are noticed")
    func damage() throws {
        let keys = try SealingKeys(Self.first + Self.second)
        let sealed = try SealedSecret(Self.secret, at: Self.place, with: keys)
        for index in sealed.bytes.indices {
            for bit in 0..<8 {
                var bytes = sealed.bytes
                bytes[index] ^= 1 << UInt8(bit)
                #expect(throws: SealedSecret.Problem.self) { try SealedSecret(stored: bytes).opened(at: Self.place, with: keys) }
            }
        }
        for count in 0..<sealed.bytes.count {
            let cut = SealedSecret(stored: Array(sealed.bytes.prefix(count)))
            #expect(throws: SealedSecret.Problem.self) { try cut.opened(at: Self.place, with: keys) }
        }
        #expect(throws: SealedSecret.Problem.notGenuine) { try SealedSecret(stored: sealed.bytes + [0]).opened(at: Self.place, with: keys) }
    }

    @Test("Another key does not open it, and a missing one is named")
    func otherKey() throws {
        let sealed = try SealedSecret(Self.secret, at: Self.place, with: SealingKeys(Self.first))
        #expect(throws: SealedSecret.Problem.notGenuine) { try sealed.opened(at: Self.place, with: SealingKeys(Self.second)) }
        let newer = try SealedSecret(Self.secret, at: Self.place, with: SealingKeys(Self.first + Self.second))
        #expect(throws: SealedSecret.Problem.unknownKey(1)) { try newer.opened(at: Self.place, with: SealingKeys(Self.first)) }
    }

    @Test("After a key was added the old secrets still open, and new ones need the new key")
    func rotation() throws {
        let before = try SealingKeys(Self.first)
        let after = try SealingKeys(Self.first + Self.second)
        let old = try SealedSecret(Self.secret, at: Self.place, with: before)
        #expect(try old.opened(at: Self.place, with: after).text == Self.secret.text)
        #expect(old.isOld(after))
        let fresh = try SealedSecret(old.opened(at: Self.place, with: after), at: Self.place, with: after)
        #expect(!fresh.isOld(after))
        #expect(try fresh.opened(at: Self.place, with: after).text == Self.secret.text)
    }

    @Test("A file that is no whole number of random keys is refused")
    func files() {
        for count in [0, 1, 31, 33, 63, 257 * 32] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            #expect(throws: SealingKeys.Problem.wrongLength(count)) { try SealingKeys(bytes) }
        }
        #expect(throws: SealingKeys.Problem.notRandom(key: 1)) { try SealingKeys(Self.first + [UInt8](repeating: 0, count: 32)) }
    }

    @Test("Neither the secret nor the keys print")
    func prints() throws {
        let keys = try SealingKeys(Self.first)
        var dumped = ""
        dump(Self.secret, to: &dumped)
        dump(keys, to: &dumped)
        for text in ["\(Self.secret)", String(reflecting: Self.secret), "\(keys)", String(reflecting: keys), dumped, "\([Self.secret])"] {
            #expect(!text.contains("s3cret") && !text.contains("31"), "\(text)")
        }
    }
}
