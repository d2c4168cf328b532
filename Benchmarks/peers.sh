#!/usr/bin/env bash
# Measures other servers on this machine, one after the other on loopback, and prints a table row for each measurement.
#   peers.sh [--seconds N] [--size BYTES]...   BYTES: a further static file's size
# Installs what is missing: Debian packages, and from PyPI into .venv-peers. Where Debian starts services by itself it then starts
# nginx (port 80) and glewlwyd (port 4593) too; this script uses its own copies of both and touches neither.
set -euo pipefail
cd "$(dirname "$0")/.."
source Benchmarks/load.sh
seconds=5 sizes=(2048)
while (($#)); do
    case $1 in
        --seconds) seconds=$2; shift 2 ;;
        --size) sizes+=("$2"); shift 2 ;;
        *) sed -n '2,3p' "$0" | cut -c3- >&2; exit 1 ;;
    esac
done
bin/prepare wrk curl jq procps openssl python3 python3-venv sqlite3 nginx-light dbconfig-sqlite3 glewlwyd
work=$(mktemp -d)
pids=()
finish() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT
export no_proxy=127.0.0.1

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
serve() { # URL COMMAND...: starts a server and waits until it answers; sets $server
    "${@:2}" >"$work/log" 2>&1 & server=$!
    pids+=("$server")
    for ((i = 0; i < 300; i++)); do
        curl -sf -o /dev/null "$1" && return
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    echo "$2 does not answer on $1:" >&2
    cat "$work/log" >&2
    return 1
}
stop() { kill "$server"; wait "$server" 2>/dev/null || true; }
row() { # NAME BODY_BYTES WRK_ARGUMENT...: one line of the table, about $server
    local measured rate cpu
    measured=$(load "$server" -c32 -d"${seconds}s" "${@:3}")
    read -r rate cpu <<<"$measured"
    printf '| %s | %s | %s | %s |\n' "$1" "$2" "$rate" "$cpu"
}
source Benchmarks/peers/nginx.sh
source Benchmarks/peers/glewlwyd.sh
source Benchmarks/peers/python.sh
