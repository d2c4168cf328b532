#!/usr/bin/env bash
# Walks through the sandbox's pages as a member with curl and prints an access token.
# token.sh DATA_DIRECTORY [TEST_MEMBER_NUMBER, from 0]
set -euo pipefail
data=$1 number=${2:-0}
read_json() { jq -r "$1" "$data/sandbox.json"; }
jar=$(mktemp)
trap 'rm -f "$jar"' EXIT
app=$(read_json '.apps[0].clientId') secret=$(read_json '.apps[0].clientSecret') redirect=$(read_json '.apps[0].redirectUris[0]')
authorize=$(read_json '.plans[0].authorize') token=$(read_json '.plans[0].token') mail=$(read_json '.mail')
member() { read_json ".testMembers[$number].$1"; }
email="bench-$RANDOM$RANDOM@example.com"
walk=$(curl -s -c "$jar" -o /dev/null -w '%{redirect_url}' "$authorize?client_id=$app&state=bench&redirect_uri=$redirect")
send() { # STEP FIELDS...: fills in the form of a step and prints where it leads
    local step=$1 form
    shift
    form=$(curl -s -b "$jar" "$walk$step" | grep -o 'name="form_token" value="[^"]*"' | head -1 | cut -d'"' -f4)
    curl -s -b "$jar" -o /dev/null -w '%{redirect_url}' "$walk$step" --data-urlencode "form_token=$form" "$@"
}
send /account --data-urlencode "first_name=$(member firstName)" --data-urlencode "last_name=$(member lastName)" \
    --data-urlencode "birth_date=$(member birthDate)" --data-urlencode "member_id=$(member memberId)" \
    --data-urlencode "postal_code=$(member postalCode)" >/dev/null
send /email --data-urlencode "email=$email" >/dev/null
code=$(curl -s "$mail?to=$email" | jq -r '.[0].text' | grep -oE '^ *[0-9]{6} *$' | tr -d ' ')
send /code --data-urlencode "code=$code" >/dev/null
answer=$(send /consent --data-urlencode decision=allow --data-urlencode decider=member)
curl -s "$token" --data-urlencode "client_id=$app" --data-urlencode "client_secret=$secret" \
    --data-urlencode "code=$(grep -o 'code=[^&]*' <<<"$answer" | cut -d= -f2)" --data-urlencode grant_type=authorization_code | jq -r .access_token
