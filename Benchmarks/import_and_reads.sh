#!/usr/bin/env bash
# Measures an authorised read by id and a refresh of a token, alone and while an import writes into the same store: a read is wanted to take 1.5
# times as long at most. Both its median and what four connections get in a second are given, for waits that are rare and long show in the second.
#   Benchmarks/import_and_reads.sh [--seconds N] [--turns N] [--resources N] [--postgres] [OPTION OF THE IMPORT...]
# PAYERBRIDGE_PROGRAM names the program, else the release build.
set -euo pipefail
cd "$(dirname "$0")/.."
source bin/packages
seconds=5 resources=2000000 turns=5 server=
options=()
while (($#)); do
    case $1 in
        --seconds) seconds=$2; shift 2 ;;
        --resources) resources=$2; shift 2 ;;
        --turns) turns=$2; shift 2 ;;
        --postgres) server=yes; shift ;;
        --help) sed -n '2,6p' "$0" | cut -c3- >&2; exit 1 ;;
        *) options+=("$1"); shift ;;
    esac
done
bin/prepare "${build_packages[@]}" "${bench_packages[@]}"
program=${PAYERBRIDGE_PROGRAM:-$PWD/.build-release/release/payerbridge}
work=$(mktemp -d)
pids=()
finish() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    if [[ -n $server ]]; then bin/postgres stop "$work/postgres" >/dev/null; fi
    rm -rf "$work"
}
trap finish EXIT
port=18082 data=$work/sandbox
python3 Benchmarks/made_records.py "$resources" "$work/made.ndjson"
database=()
if [[ -n $server ]]; then
    chmod 755 "$work"
    url=$(bin/postgres start "$work/postgres" wal_buffers=32MB)
    psql -qX "${url}postgres" -c "CREATE DATABASE sandbox"
    database=(--database "${url}sandbox")
fi
"$program" sandbox --data "$data" --port $port --members 20 "${database[@]}" >"$work/log" 2>&1 &
pids+=($!)
until curl -sf -o /dev/null "http://127.0.0.1:$port/healthz"; do sleep 0.05; done
fhir=$(jq -r '.plans[0].fhir' "$data/sandbox.json")
token=$(Benchmarks/token.sh "$data" 1)
patient=$(curl -s -H "Authorization: Bearer $token" "$fhir/Patient" | jq -r '.entry[0].resource.id')

micro() { # wrk's own words for a time, in microseconds
    awk -v row="$1" '$1 == row { value = $2 + 0; if ($2 ~ /ms$/) value *= 1000; else if ($2 !~ /us$/) value *= 1000000; printf "%.0f\n", value }' "$work/wrk"
}
ask() { # WRK_ARGUMENT...: four connections, each with one request at a time
    wrk -t1 -c4 --latency --timeout 20s "$@" >"$work/wrk"
    if grep -qE 'Non-2xx|Socket errors' "$work/wrk"; then cat "$work/wrk" >&2; return 1; fi
}
reads() { # SECONDS: median and requests in a second
    ask -d"$1"s -H "Authorization: Bearer $token" "$fhir/Patient/$patient"
    echo "$(micro 50%) $(awk '$1 == "Requests/sec:" { print $2 }' "$work/wrk")"
}
refreshes() { # median, 99th percentile and longest
    ask -d"$seconds"s -s Benchmarks/refresh.lua "$(jq -r '.plans[0].token' "$data/sandbox.json")" -- "$work/tokens"
    micro 50%
    micro 99%
    awk '$1 == "Latency" && $4 ~ /s$/ { print $4 }' "$work/wrk"
}
tokens() { # anew for each measure: an answer takes the place of the token that was sent
    jq -r '.apps[0] | "grant_type=refresh_token&client_id=\(.clientId | @uri)&client_secret=\(.clientSecret | @uri)&refresh_token="' "$data/sandbox.json" >"$work/tokens"
    for number in 0 2 3 4 0 2 3 4; do Benchmarks/token.sh "$data" $number refresh_token >>"$work/tokens"; done
}

tokens
refreshes >/dev/null
tokens
mapfile -t alone < <(refreshes)
reads 2 >/dev/null
tokens
"$program" import --data "$data" "${options[@]}" "$work/made.ndjson" >"$work/import" 2>&1 &
importer=$!
pids+=($importer)
sleep 1
mapfile -t during < <(refreshes)
# The machine's speed may change between minutes, so reads alone, with the import held, and beside it are measured in turns.
for ((turn = 1; turn <= turns; turn++)); do
    kill -STOP $importer
    sleep 0.3
    held=$(reads 2)
    kill -CONT $importer
    sleep 0.3
    beside=$(reads 2)
    echo "$held $beside"
done >"$work/reads"
kill -0 $importer 2>/dev/null || { echo "The import ended before the requests; ask for more --resources." >&2; exit 1; }
kept=$(tail -1 "$work/import" | grep -oE "[0-9,]+ resources" || echo unknown)
middle() { # EXPRESSION: of the turns
    awk "{ print $1 }" "$work/reads" | sort -n | awk '{ t[NR] = $1 } END { printf "%.2f", t[int((NR + 1) / 2)] }'
}
awk '{ printf "Read by id, median: %d us with the import held, %d us beside it: %.2f times; %d/s and %d/s: %.2f times.\n", $1, $3, $3 / $1, $2, $4, $2 / $4 }' "$work/reads"
echo "The middle of $turns turns: $(middle '$3 / $1') times by the median, $(middle '$2 / $4') by requests in a second; wanted 1.5 at most ($kept imported meanwhile)."
echo "Refresh: median ${alone[0]} us, 99 % below ${alone[1]} us, longest ${alone[2]} alone; ${during[0]} us, ${during[1]} us, ${during[2]} while importing."
