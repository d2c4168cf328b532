# Sourced by peers.sh. Two FHIR servers from PyPI under uvicorn with one worker answer a read by id; neither asks for a token.
venv=$PWD/.venv-peers peers=$PWD/Benchmarks/peers
wanted=(fhirsnake==1.1.0 fhirstarter==4.2.0 'uvicorn[standard]')
if [[ $(cat "$venv/wanted" 2>/dev/null) != "${wanted[*]}" ]]; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "${wanted[@]}" >&2
    echo "${wanted[*]}" >"$venv/wanted"
fi
uvicorn_run() { # NAME_AND_VERSION FOLDER APPLICATION: run from the temporary folder
    local port url
    port=$(free_port)
    url=http://127.0.0.1:$port/Patient/example
    serve "$url" env --chdir="$work" FHIR_SEQUENCE=R4B PATIENT="$peers/patient.json" \
        "$venv/bin/uvicorn" --app-dir "$2" --port "$port" --no-access-log --log-level warning "$3"
    row "${1/==/ }, GET Patient/{id}" "$(curl -s "$url" | wc -c)" "$url"
    stop
}
mkdir -p "$work/resources/Patient"
cp "$peers/patient.json" "$work/resources/Patient/example.json"
uvicorn_run "${wanted[0]}" "$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/fhirsnake" main:app # reads resources/
uvicorn_run "${wanted[1]}" "$peers" starter:app
