# Sourced: what a server answers under wrk, for each second and for each second of processor time it takes.

ticks() { # PID...: the processor time these processes have taken so far
    local files=("${@/#//proc/}")
    awk '{ sum += $14 + $15 } END { print sum }' "${files[@]/%//stat}"
}

load() { # PID WRK_ARGUMENT...: requests/s, and requests per CPU-second of that process and its children
    local pids before after result
    mapfile -t pids < <(echo "$1"; pgrep -P "$1")
    before=$(ticks "${pids[@]}") || return 1
    result=$(wrk -t1 --timeout 10s "${@:2}") || return 1
    after=$(ticks "${pids[@]}") || return 1
    if grep -qE 'Non-2xx|Socket errors' <<<"$result"; then
        echo "Errors under load: $result" >&2
        return 1
    fi
    awk -v spent=$((after - before)) -v hz="$(getconf CLK_TCK)" '
        /requests in/ { requests = $1 }
        /Requests\/sec/ { rate = $2 }
        END { printf "%.0f %.0f\n", rate, requests * hz / spent }' <<<"$result"
}
