/// Where a page stands in the member's way: "Step 2 of 4".
package struct Step: Sendable {
    package var number: Int
    package var total: Int

    package init(_ number: Int, of total: Int) {
        self.number = number
        self.total = total
    }

    func words(in language: Language) -> String {
        language("Step \(number) of \(total)", "Paso \(number) de \(total)")
    }
}
