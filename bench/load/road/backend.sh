#!/bin/sh
# A pod of the benchmark: one nginx worker that answers 75 bytes of JSON, and files of 10 kB and 1 MB. The same pods stand behind every chain that is measured.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
chmod 755 "$dir"
head -c 10240 /dev/zero | tr '\0' x > "$dir/10k"
head -c 1048576 /dev/zero | tr '\0' x > "$dir/1m"
cat > "$dir/nginx.conf" <<CONF
worker_processes 1;
daemon off;
pid $dir/pid;
error_log stderr error;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path $dir/a; proxy_temp_path $dir/b; fastcgi_temp_path $dir/c; uwsgi_temp_path $dir/d; scgi_temp_path $dir/e;
    keepalive_requests 1000000000;
    server {
        listen $POD_IP:$PORT;
        location = /10k { root $dir; }
        location = /1m { root $dir; }
        location / { default_type application/json; return 200 '{"id":4,"name":"Ada Lovelace","email":"al@example.com","active":true,"n":7}'; }
    }
}
CONF
nginx=$(command -v nginx || echo /usr/sbin/nginx)
exec "$nginx" -p "$dir" -c "$dir/nginx.conf"
