/// A body's size at an age: round medians of growth charts, moved by the member's own tallness and heaviness.
struct Growth {
    /// Tenths of a centimeter.
    let height: Int
    /// Hundredths of a kilogram.
    let weight: Int
    /// Tenths of a centimeter.
    let head: Int
    /// Hundredths of kg/m2, of the rounded height and weight.
    var bodyMassIndex: Int { weight * 1_000_000 / max(height * height, 1) }

    private static let months = [
        0, 1, 2, 4, 6, 9, 12, 18, 24, 36, 48, 60, 72, 84, 96, 108, 120, 132, 144, 156, 168, 180, 192, 204, 216,
    ]
    private static let boyHeights = [
        500, 545, 580, 638, 675, 720, 760, 822, 875, 960, 1025, 1090, 1155, 1220, 1280, 1335, 1385, 1435, 1490, 1560, 1640, 1700, 1735,
        1755,
        1760,
    ]
    private static let girlHeights = [
        491, 535, 570, 620, 657, 700, 740, 807, 860, 950, 1015, 1080, 1150, 1215, 1275, 1330, 1380, 1440, 1510, 1570, 1605, 1620, 1625,
        1630,
        1630,
    ]
    private static let boyWeights = [
        340, 445, 560, 700, 790, 890, 960, 1090, 1220, 1430, 1630, 1840, 2070, 2300, 2560, 2860, 3200, 3600, 4050, 4560, 5120, 5650, 6100,
        6450,
        6750,
    ]
    private static let girlWeights = [
        325, 415, 510, 640, 730, 820, 890, 1020, 1150, 1390, 1590, 1800, 2020, 2270, 2560, 2900, 3300, 3750, 4200, 4600, 4950, 5200, 5400,
        5520,
        5650,
    ]
    private static let heads = [345, 372, 388, 412, 430, 448, 460, 473, 483, 495]

    init(persona: Persona, day: CalendarDay, jitter: Int) {
        let month = max(persona.birth.months(until: day), 0)
        let tall = 10_000 + persona.tallness * 4
        if month <= 216 {
            height = Growth.value(persona.isWoman ? Growth.girlHeights : Growth.boyHeights, month) * tall / 10_000
            let heavy = 10_000 + persona.heaviness * 8 + persona.tallness * 5 + jitter
            weight = Growth.value(persona.isWoman ? Growth.girlWeights : Growth.boyWeights, month) * heavy / 10_000
        } else {
            height = (persona.isWoman ? 1630 : 1760) * tall / 10_000
            let drift = min(month / 12 - 18, 42) * 7
            let obese = persona.has(.obesity, on: day) ? 780 : 0
            // Hundredths of kg/m2, then kilograms from it.
            let index = 2280 + persona.heaviness * 5 / 4 + drift + obese + jitter / 2
            weight = index * height / 1000 * height / 1000
        }
        head = Growth.value(Growth.heads, min(month, 36)) * (10_000 + persona.tallness) / 10_000
    }

    private static func value(_ table: [Int], _ month: Int) -> Int {
        for index in 1..<table.count where month <= months[index] {
            let span = months[index] - months[index - 1]
            return table[index - 1] + (table[index] - table[index - 1]) * (month - months[index - 1]) / span
        }
        return table[table.count - 1]
    }

    private static let percentiles = [10, 23, 67, 159, 309, 500, 691, 841, 933, 977, 990]

    /// The percentile, in tenths, of a deviation in hundredths of the standard one.
    static func percentile(_ deviation: Int) -> Int {
        let place = min(max(deviation + 250, 0), 499)
        let low = percentiles[place / 50]
        return low + (percentiles[place / 50 + 1] - low) * (place % 50) / 50
    }
}
