#!/usr/bin/env bash
# Measures the sandbox's token endpoint with refresh tokens. Prints: requests/s, requests per CPU-second.
# refresh.sh DATA_DIRECTORY SERVER_PID [SECONDS] [CONNECTIONS]
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=Benchmarks/load.sh
source "$here/load.sh"
data=$1 server=$2 seconds=${3:-5} connections=${4:-32}
tokens=$(mktemp)
trap 'rm -f "$tokens"' EXIT
jq -r '.apps[0] | "grant_type=refresh_token&client_id=\(.clientId | @uri)&client_secret=\(.clientSecret | @uri)&refresh_token="' \
    "$data/sandbox.json" >"$tokens"
members=$(jq '.testMembers | length' "$data/sandbox.json")
for ((i = 0; i < connections; i++)); do
    "$here/token.sh" "$data" $((i % members)) refresh_token >>"$tokens"
done
load "$server" -c"$connections" -d"${seconds}s" -s "$here/refresh.lua" "$(jq -r '.plans[0].token' "$data/sandbox.json")" -- "$tokens"
