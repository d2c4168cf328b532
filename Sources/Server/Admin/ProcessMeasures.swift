import Foundation

/// What the system tells of this process, under the names that Prometheus client libraries use.
struct ProcessMeasures {
    private static let ticks = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    private static let page = sysconf(Int32(_SC_PAGESIZE))

    static func write(to text: inout MetricsText) {
        // proc(5): after the name in parentheses the fields from the third on, separated by spaces.
        if let stat = contents("/proc/self/stat"), let close = stat.lastIndex(of: ")") {
            let fields = stat[close...].split(separator: " ").dropFirst().map(String.init)
            func field(_ number: Int) -> Int { fields.indices.contains(number - 3) ? Int(fields[number - 3]) ?? 0 : 0 }
            text.family("process_cpu_seconds_total", .counter, "User and system CPU time.")
            text.sample("process_cpu_seconds_total", seconds: Double(field(14) + field(15)) / ticks)
            text.single("process_resident_memory_bytes", .gauge, "Resident memory.", field(24) * page)
            text.single("process_virtual_memory_bytes", .gauge, "Virtual memory.", field(23))
            text.single("process_threads", .gauge, "Threads.", field(20))
            if let boot = bootTime() {
                text.family("process_start_time_seconds", .gauge, "When the process started, since 1970.")
                text.sample("process_start_time_seconds", seconds: Double(boot) + Double(field(22)) / ticks)
            }
        }
        if let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            text.single("process_open_fds", .gauge, "Open file descriptors.", open.count)
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            text.single("process_max_fds", .gauge, "The most file descriptors that may be open.", Int(clamping: limit.rlim_cur))
        }
    }

    private static func contents(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func bootTime() -> Int? {
        contents("/proc/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap { Int($0.dropFirst(6)) }
    }
}
