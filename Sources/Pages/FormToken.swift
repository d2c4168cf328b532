/// The token that proves a form came from our page, sent in the hidden input `form_token`.
package struct FormToken: Sendable {
    package var value: String

    package init(_ value: String) {
        self.value = value
    }
}
