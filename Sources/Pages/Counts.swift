/// Counts as readers in the United States write them, in both languages: `1,204`.
func grouped(_ count: Int) -> String {
    var digits = Array(String(count.magnitude))
    var at = digits.count - 3
    while at > 0 {
        digits.insert(",", at: at)
        at -= 3
    }
    return (count < 0 ? "-" : "") + String(digits)
}
