import Exchange
import Trust

extension Sealing {
    /// AES-256-GCM under the server's keys, each secret bound to its place.
    init(keys: SealingKeys) {
        @Sendable func place(_ context: String) -> SecretPlace { SecretPlace(plan: "", payer: "", field: context) }
        self.init { secret, context throws(Refusal) in
            guard let text = String(validating: secret, as: UTF8.self) else { throw Refusal(.invalid, "A secret is text.") }
            do throws(SealedSecret.Problem) {
                return try SealedSecret(ClearSecret(text), at: place(context), with: keys).bytes
            } catch {
                throw Refusal(.unavailable, "The secret could not be sealed.", cause: "\(error)")
            }
        } open: { sealed, context in
            (try? SealedSecret(stored: sealed).opened(at: place(context), with: keys)).map { Array($0.text.utf8) }
        }
    }
}
