# Sourced by peers.sh. nginx sends static files, with one worker on each core and no access log.
port=$(free_port)
version=$(nginx -v 2>&1 | cut -d/ -f2)
mkdir "$work/static"
for size in "${sizes[@]}"; do head -c "$size" /dev/zero | tr '\0' 'a' >"$work/static/$size"; done
cat >"$work/nginx.conf" <<END
user $(id -un) $(id -gn);
daemon off;
worker_processes auto;
pid $work/nginx.pid;
events {}
http {
    access_log off;
    sendfile on;
    tcp_nopush on;
    client_body_temp_path $work/nginx;
    proxy_temp_path $work/nginx;
    fastcgi_temp_path $work/nginx;
    uwsgi_temp_path $work/nginx;
    scgi_temp_path $work/nginx;
    server { listen 127.0.0.1:$port; root $work/static; }
}
END
serve "http://127.0.0.1:$port/2048" nginx -c "$work/nginx.conf" -e stderr
for size in "${sizes[@]}"; do row "nginx $version, static file" "$size" "http://127.0.0.1:$port/$size"; done
stop
