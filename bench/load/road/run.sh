#!/usr/bin/env bash
# The road on wire links beside nginx behind nginx and HAProxy behind HAProxy: one run, the same certificate, the same backends, the same load.
# Usage: bench/load/road/run.sh [seconds per round] [rounds]        Writes bench/results/road.md
# Wants nginx, haproxy and wrk (Debian packages nginx-light, haproxy, wrk). Each load ends by itself.
set -eu
seconds=${1:-10} rounds=${2:-3} connections=32
root=$(cd "$(dirname "$0")/../../.." && pwd)
here="$root/bench/load/road"
work=$(mktemp -d)
chmod 755 "$work"
pids=()
cleanup() {
    for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap cleanup EXIT
nginx=$(command -v nginx || echo /usr/sbin/nginx)
haproxy=$(command -v haproxy || echo /usr/sbin/haproxy)
for program in "$nginx" "$haproxy" wrk; do command -v "$program" >/dev/null || { echo "missing: $program (nginx-light, haproxy, wrk)" >&2; exit 1; }; done

"$root/usher" --help >/dev/null # builds it when it has to

# The road. Its pods are the backends of all three chains.
network=77
"$root/usher" up -f "$here/manifests" --state "$work/state" --loopback $network --dns-port 0 --api-port 0 >"$work/up.log" 2>&1 &
pids+=($!)
usher_pid=$!
for _ in $(seq 300); do grep -q "The road is up" "$work/up.log" && break; kill -0 $usher_pid 2>/dev/null || { cat "$work/up.log"; exit 1; }; sleep 0.1; done
grep -q "The road is up" "$work/up.log" || { cat "$work/up.log"; exit 1; }
road_pid=$usher_pid
pem=$(ls "$work"/state/certificates/*.pem | head -1)
backends=$(seq 1 254 | while read -r i; do for t in 64; do (exec 3<>/dev/tcp/127.$network.$t.$i/8080) 2>/dev/null && echo "127.$network.$t.$i:8080"; done; [ "$i" -gt 12 ] && break; done; true)

# nginx behind nginx: the first ends TLS, the second routes by host and path.
mkdir -p "$work/nginx"
temp() { echo "client_body_temp_path $work/nginx/$1a; proxy_temp_path $work/nginx/$1b; fastcgi_temp_path $work/nginx/$1c; uwsgi_temp_path $work/nginx/$1d; scgi_temp_path $work/nginx/$1e;"; }
cat > "$work/nginx/front.conf" <<CONF
worker_processes 1; daemon off; pid $work/nginx/front.pid; error_log stderr error; events { worker_connections 4096; }
http { access_log off; $(temp f)
  upstream inner { server 127.$network.200.1:8080; keepalive 64; keepalive_requests 1000000000; }
  server { listen 127.$network.200.1:8443 ssl; keepalive_requests 1000000000; ssl_certificate $pem; ssl_certificate_key $pem; ssl_protocols TLSv1.2 TLSv1.3;
    location / { proxy_pass http://inner; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host \$host;
      proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto https; proxy_set_header X-Forwarded-Port 443; } } }
CONF
{
    echo "worker_processes 1; daemon off; pid $work/nginx/inner.pid; error_log stderr error; events { worker_connections 4096; }"
    echo "http { access_log off; $(temp i) upstream pods { keepalive 64; keepalive_requests 1000000000;"
    for b in $backends; do echo "server $b;"; done
    cat <<CONF
  }
  server { listen 127.$network.200.1:8080; keepalive_requests 1000000000; server_name api.example.com;
    location /v1/users { proxy_pass http://pods; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host \$host; proxy_set_header X-Real-IP \$remote_addr; } } }
CONF
} > "$work/nginx/inner.conf"
"$nginx" -p "$work/nginx" -c "$work/nginx/inner.conf" & pids+=($!); nginx_inner=$!
"$nginx" -p "$work/nginx" -c "$work/nginx/front.conf" & pids+=($!); nginx_front=$!

# HAProxy behind HAProxy.
{
    cat <<CONF
global
  nbthread 1
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 10s
  http-reuse always
  option forwardfor
CONF
} > "$work/defaults.cfg"
{ cat "$work/defaults.cfg"; printf 'frontend f\n  bind 127.%s.201.1:8443 ssl crt %s alpn http/1.1\n  http-request set-header X-Forwarded-Proto https\n  default_backend b\nbackend b\n  server inner 127.%s.201.1:8080\n' $network "$pem" $network; } > "$work/front.cfg"
{ cat "$work/defaults.cfg"; printf 'frontend f\n  bind 127.%s.201.1:8080\n  use_backend b if { hdr(host) -i api.example.com } { path_beg /v1/users }\nbackend b\n  balance random\n' $network; n=0; for b in $backends; do n=$((n+1)); echo "  server pod$n $b"; done; } > "$work/inner.cfg"
"$haproxy" -f "$work/inner.cfg" -db >/dev/null 2>&1 & pids+=($!); haproxy_inner=$!
"$haproxy" -f "$work/front.cfg" -db >/dev/null 2>&1 & pids+=($!); haproxy_front=$!

tick=$(getconf CLK_TCK)
# CPU ticks of processes and their children that are still there (nginx's worker is a child of its master).
cpu() { local sum=0 pid; for pid in "$@" $(for p in "$@"; do pgrep -P "$p" || true; done); do set -- $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null || echo); sum=$((sum + ${12:-0} + ${13:-0})); done; echo $sum; }
cpu_one() { set -- $(sed 's/.*) //' "/proc/$1/stat"); echo $((${12} + ${13})); }
url_of() { case $1 in road) echo "https://127.$network.0.1:8443/v1/users" ;; nginx) echo "https://127.$network.200.1:8443/v1/users" ;; haproxy) echo "https://127.$network.201.1:8443/v1/users" ;; esac; }
spent() { case $1 in road) cpu_one $road_pid ;; nginx) cpu $nginx_front $nginx_inner ;; haproxy) cpu $haproxy_front $haproxy_inner ;; esac; }

for chain in road nginx haproxy; do
    for _ in $(seq 100); do code=$(curl -sk -o "$work/body" -w '%{http_code}' -H 'Host: api.example.com' "$(url_of $chain)" || true); [ "$code" = 200 ] && break; sleep 0.1; done
    [ "$code" = 200 ] || { echo "$chain answers $code" >&2; exit 1; }
    [ "$(wc -c < "$work/body")" = 75 ] || { echo "$chain: wrong body: $(cat "$work/body")" >&2; exit 1; }
    wrk -t1 -c$connections -d3s -H 'Host: api.example.com' "$(url_of $chain)" >/dev/null # warm up
done

: > "$work/rows"
for round in $(seq "$rounds"); do
    for chain in nginx road haproxy; do
        before=$(spent $chain)
        wrk -t1 -c$connections -d"${seconds}s" --latency -H 'Host: api.example.com' "$(url_of $chain)" > "$work/wrk"
        after=$(spent $chain)
        requests=$(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' "$work/wrk")
        bad=$(sed -n 's/.*Non-2xx or 3xx responses: \([0-9]*\)/\1/p' "$work/wrk"); errors=$(grep -c 'Socket errors' "$work/wrk" || true)
        awk -v chain=$chain -v round="$round" -v r="$requests" -v s="$(sed -n 's/^Requests\/sec: *//p' "$work/wrk")" -v p50="$(sed -n 's/^ *50% *//p' "$work/wrk")" \
            -v p99="$(sed -n 's/^ *99% *//p' "$work/wrk")" -v t=$((after - before)) -v hz="$tick" -v bad="${bad:-0}" -v errors="$errors" \
            'BEGIN { printf "%s %d %.0f %s %s %.1f %d %d\n", chain, round, s, p50, p99, t / hz * 1e6 / r, bad, errors }' | tee -a "$work/rows"
    done
done
rss=$(awk '/VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$road_pid/status")

# The demo, once built.
demo() { local started ended; started=$(date +%s.%N); "$root/usher" demo >/dev/null 2>&1; ended=$(date +%s.%N); echo "$ended - $started" | bc; }
median() { sort -n | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
demo_time=${SKIP_DEMO:+skipped}; [ -n "$demo_time" ] || demo_time=$(for _ in 1 2 3; do demo; done | median)

of() { awk -v c="$1" -v f="$2" '$1 == c { print $f }' "$work/rows" | median; }
ms() { awk -v c="$1" -v f="$2" '$1 == c { print $f }' "$work/rows" | sed 's/us$/ 0.001/; s/ms$/ 1/; s/\([0-9]\)s$/\1 1000/' | awk '{ print $1 * $2 }' | median; }
nginx_cpu=$(of nginx 6)
{
    echo "# The road on wire links, beside nginx and HAProxy"
    echo
    echo "One run on $(nproc) shared cores: $rounds rounds of $seconds s each, medians. TLS with the road's own RSA certificate, $connections keep-alive connections by wrk (one thread), an answer of 75 bytes from the"
    echo "same nginx pods. CPU is that of the proxies, user and system, per request; machines differ and are noisy, so read the ratios."
    echo "Made by \`bench/load/road/run.sh $seconds $rounds\` on $(date -u +%F); $("$nginx" -v 2>&1 | sed 's/.*: //'), HAProxy $("$haproxy" -v | sed -n 's/.*version \([^ ]*\).*/\1/p' | head -1), .NET $(dotnet --version)."
    echo
    echo "| chain | proxies on the way | requests/s | p50 ms | p99 ms | CPU µs/request | × nginx | failed |"
    echo "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for chain in road nginx haproxy; do
        case $chain in road) label="Usher, wire links, tracing on" n=4 ;; nginx) label="nginx behind nginx" n=2 ;; haproxy) label="HAProxy behind HAProxy" n=2 ;; esac
        printf '| %s | %s | %s | %s | %s | %s | %s | %s |\n' "$label" $n "$(of $chain 3)" "$(ms $chain 4)" "$(ms $chain 5)" "$(of $chain 6)" \
            "$(awk -v a="$(of $chain 6)" -v b="$nginx_cpu" 'BEGIN { printf "%.2f", a / b }')" "$(awk -v c=$chain '$1 == c { n += $7 + $8 } END { print n }' "$work/rows")"
    done
    echo
    echo "Bar: at most 5 × nginx behind nginx. Resident memory of the road after the load: $rss MB. \`usher demo\`, built, median of three: $demo_time s."
} | tee "$root/bench/results/road.md"
