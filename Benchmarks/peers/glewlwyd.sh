# Sourced by peers.sh. glewlwyd, an OAuth2 server, answers refresh tokens: SQLite at its defaults, access tokens signed with ES256.
# By its default a refresh token stays the same; told to, it makes each work once, as PayerBridge does.
# Each setting has a server of its own: two plugins of one server at work together break each other's rows (its 2.7.5 with SQLite).
version=$(dpkg-query -W -f='${Version}' glewlwyd | cut -d- -f1)
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/key.pem" 2>/dev/null
openssl pkey -in "$work/key.pem" -pubout -out "$work/public.pem"

glewlwyd_plugin() { # WORKS_ONCE
    jq -n --arg once "$1" --arg issuer "$api/oidc" --rawfile key "$work/key.pem" --rawfile public "$work/public.pem" \
        '{module: "oidc", name: "oidc", display_name: "oidc", parameters: {
            iss: $issuer, "subject-type": "public", "jwt-type": "ecdsa", "jwt-key-size": "256", key: $key, cert: $public,
            "access-token-duration": 3600, "refresh-token-duration": 1209600, "refresh-token-rolling": true,
            "refresh-token-one-use": $once, "code-duration": 600, "allow-non-oidc": true,
            "auth-type-password-enabled": true, "auth-type-refresh-enabled": true}}'
}
glewlwyd_ask() { # COOKIES PATH JSON [CURL_ARGUMENT...]
    curl -sS -f -b "$work/$1" -c "$work/$1" -H 'Content-Type: application/json' "$api/$2" -d "$3" "${@:4}"
}
glewlwyd_run() { # WORKS_ONCE NAME
    local port api form answer
    local seconds=$((seconds * 3)) # it answers few a second, and those in flight at the end have cost time too
    port=$(free_port)
    api=http://127.0.0.1:$port/api
    rm -f "$work/glewlwyd.db"
    sqlite3 "$work/glewlwyd.db" </usr/share/dbconfig-common/data/glewlwyd/install/sqlite3
    cat >"$work/glewlwyd.conf" <<END
port = $port
bind_address = "127.0.0.1"
external_url = "http://127.0.0.1:$port/"
log_level = "ERROR"
hash_algorithm = "SHA512"
user_module_path = "/usr/lib/glewlwyd/user"
client_module_path = "/usr/lib/glewlwyd/client"
user_auth_scheme_module_path = "/usr/lib/glewlwyd/scheme"
plugin_module_path = "/usr/lib/glewlwyd/plugin"
database = { type = "sqlite3"; path = "$work/glewlwyd.db"; };
END
    serve "http://127.0.0.1:$port/config" glewlwyd -c "$work/glewlwyd.conf"
    glewlwyd_ask admin auth/ '{"username": "admin", "password": "password"}'
    glewlwyd_ask admin mod/plugin/ "$(glewlwyd_plugin "$1")"
    glewlwyd_ask admin scope/ '{"name": "record", "display_name": "record", "password_required": false, "scheme": {}}'
    glewlwyd_ask admin client/ '{"client_id": "app", "client_secret": "secret-of-the-app", "confidential": true, "enabled": true, "scope": [],
        "authorization_type": ["password", "refresh_token"], "token_endpoint_auth_method": ["client_secret_post"]}'
    glewlwyd_ask admin user/ '{"username": "member", "password": "password-of-the-member", "enabled": true, "scope": ["g_profile", "record"]}'
    glewlwyd_ask member auth/ '{"username": "member", "password": "password-of-the-member"}'
    glewlwyd_ask member auth/grant/app '{"scope": "record"}' -X PUT

    form='client_id=app&client_secret=secret-of-the-app'
    echo "$form&grant_type=refresh_token&refresh_token=" >"$work/tokens"
    for _ in {1..33}; do # one for each connection, one to look at
        answer=$(curl -sS -f "$api/oidc/token" -d "$form&grant_type=password&username=member&password=password-of-the-member&scope=record")
        jq -er .refresh_token <<<"$answer" >>"$work/tokens"
    done
    answer=$(curl -sS -f "$api/oidc/token" -d "$form&grant_type=refresh_token&refresh_token=$(tail -1 "$work/tokens")")
    sed -i '$d' "$work/tokens"
    row "glewlwyd $version, POST token, $2" "${#answer}" -s Benchmarks/refresh.lua "$api/oidc/token" -- "$work/tokens"
    stop
}
glewlwyd_run never 'refresh token stays (its default)'
glewlwyd_run always 'refresh token works once'
