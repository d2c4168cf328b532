#!/usr/bin/env bash
# Walks through the sandbox's pages as a member with curl and prints an access token, or another field of the token answer.
# token.sh DATA_DIRECTORY [TEST_MEMBER_NUMBER, from 0] [FIELD, such as refresh_token]
# BENCH_MEMBER, when set, is another member's details, as a JSON object like those in sandbox.json.
set -euo pipefail
data=$1 number=${2:-0} field=${3:-access_token}
jar=$(mktemp)
trap 'rm -f "$jar"' EXIT
IFS=$'\t' read -r app secret redirect authorize token mail first last born member postal < <(jq -r --argjson number "$number" --argjson member "${BENCH_MEMBER:-null}" \
    '[(.apps[0] | .clientId, .clientSecret, .redirectUris[0]), (.plans[0] | .authorize, .token), .mail,
      ($member // .testMembers[$number] | .firstName, .lastName, .birthDate, .memberId, .postalCode)] | @tsv' "$data/sandbox.json")
email="bench-$RANDOM$RANDOM@example.com"
walk=$(curl -s -c "$jar" -o /dev/null -w '%{redirect_url}' "$authorize?client_id=$app&state=bench&redirect_uri=$redirect")
send() { # STEP FIELDS...: fills in the form of a step and prints where it leads
    local step=$1 form
    shift
    form=$(curl -s -b "$jar" "$walk$step" | grep -o 'name="form_token" value="[^"]*"' | head -1 | cut -d'"' -f4)
    curl -s -b "$jar" -o /dev/null -w '%{redirect_url}' "$walk$step" --data-urlencode "form_token=$form" "$@"
}
send /account --data-urlencode "first_name=$first" --data-urlencode "last_name=$last" \
    --data-urlencode "birth_date=$born" --data-urlencode "member_id=$member" \
    --data-urlencode "postal_code=$postal" >/dev/null
send /email --data-urlencode "email=$email" >/dev/null
code=$(curl -s "$mail?to=$email" | jq -r '.[0].text' | grep -oE '^ *[0-9]{6} *$' | tr -d ' ')
send /code --data-urlencode "code=$code" >/dev/null
answer=$(send /consent --data-urlencode decision=allow --data-urlencode decider=member)
curl -s "$token" --data-urlencode "client_id=$app" --data-urlencode "client_secret=$secret" \
    --data-urlencode "code=$(grep -o 'code=[^&]*' <<<"$answer" | cut -d= -f2)" --data-urlencode grant_type=authorization_code | jq -er --arg field "$field" '.[$field]'
