#!/usr/bin/env bash
# Measures the median time of an authorised read by id, alone and while an import writes into the same store: wanted is at most 1.5 times.
#   Benchmarks/import_and_reads.sh [--seconds N] [--resources N]
# PAYERBRIDGE_PROGRAM names the program, else the release build. With WHEN_IDLE=1 the import uses only what nobody else wants.
set -euo pipefail
cd "$(dirname "$0")/.."
source bin/packages
seconds=8 resources=600000
while (($#)); do
    case $1 in
        --seconds) seconds=$2; shift 2 ;;
        --resources) resources=$2; shift 2 ;;
        *) sed -n '2,4p' "$0" | cut -c3- >&2; exit 1 ;;
    esac
done
bin/prepare "${build_packages[@]}" "${bench_packages[@]}"
program=${PAYERBRIDGE_PROGRAM:-$PWD/.build-release/release/payerbridge}
work=$(mktemp -d)
pids=()
finish() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT
port=18082 data=$work/sandbox
python3 Benchmarks/made_records.py "$resources" "$work/made.ndjson"
"$program" sandbox --data "$data" --port $port --members 20 >"$work/log" 2>&1 &
pids+=($!)
until curl -sf -o /dev/null "http://127.0.0.1:$port/healthz"; do sleep 0.05; done
fhir=$(jq -r '.plans[0].fhir' "$data/sandbox.json")
token=$(Benchmarks/token.sh "$data" 1)
patient=$(curl -s -H "Authorization: Bearer $token" "$fhir/Patient" | jq -r '.entry[0].resource.id')

median() { # microseconds of the median read; one at a time on four connections
    wrk -t1 -c4 -d"$seconds"s --latency -H "Authorization: Bearer $token" "$fhir/Patient/$patient" >"$work/wrk"
    grep -qE 'Non-2xx|Socket errors' "$work/wrk" && { cat "$work/wrk" >&2; return 1; }
    awk '$1 == "50%" { value = $2 + 0; if ($2 ~ /ms$/) value *= 1000; else if ($2 !~ /us$/) value *= 1000000; printf "%.0f\n", value }' "$work/wrk"
}

median >/dev/null
alone=$(median)
"$program" import --data "$data" ${WHEN_IDLE:+--when-idle} "$work/made.ndjson" >"$work/import" 2>&1 &
importer=$!
pids+=($importer)
sleep 1
during=$(median)
kill -0 $importer 2>/dev/null || { echo "The import ended before the reads; ask for more --resources." >&2; exit 1; }
kept=$(tail -1 "$work/import" | grep -oE "[0-9,]+ resources, [0-9,]+/s" || echo unknown)
awk -v a="$alone" -v d="$during" -v k="$kept" 'BEGIN { printf "Read by id, median: %d us alone, %d us while importing (%s): %.2f times, wanted 1.5 at most.\n", a, d, k, d / a }'
