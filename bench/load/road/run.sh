#!/usr/bin/env bash
# The road on wire links and on express links beside nginx behind nginx and HAProxy behind HAProxy: one run, certificates of the same kind, the same backends, the same load.
# Usage: bench/load/road/run.sh [seconds per round] [rounds] [hosts]        Writes bench/results/road.md, or road-HOSTS-hosts.md with more hosts than one
# With more hosts each has an Ingress of its own (a server block, a line in a list of hosts), and requests go to all of them in turns.
# Wants nginx, haproxy and wrk (Debian packages nginx-light, haproxy, wrk). Each load ends by itself.
set -eu
seconds=${1:-10} rounds=${2:-3} hosts=${3:-1} connections=32
. "$(dirname "$0")/../common.sh"
need "$nginx" "$haproxy" wrk

# The manifests, with an Ingress for each host, and their pods' program beside them.
lay_out
name() { if [ "$1" = 1 ]; then echo api.example.com; else echo "h$1.example.com"; fi; }
all_hosts() { local i; for i in $(seq "$hosts"); do name "$i"; done; }
if [ "$hosts" -gt 1 ]; then
    take_all_hosts
    for i in $(seq 2 "$hosts"); do ingress "$i" /v1/users; done > "$work/road/manifests/hosts.yaml"
fi

# Two roads, wire and express, in turns as the others; the pods of the first are the backends of nginx and HAProxy.
network=77
declare -A road_pid
up wire $network; road_pid[wire]=$road
up express $((network + 1)) --express; road_pid[express]=$road
# Connections are kept, so that handshakes hardly count.
pem="$work/peer.pem"
peer_certificate "$pem"
backends=$(pods_of $network)

# nginx behind nginx: the first ends TLS, the second routes by host and path.
mkdir -p "$work/nginx"
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
    echo "http { access_log off; $(temp i) server_names_hash_max_size 16384; upstream pods { keepalive 64; keepalive_requests 1000000000;"
    for b in $backends; do echo "server $b;"; done
    cat <<CONF
  }
CONF
    for h in $(all_hosts); do cat <<CONF
  server { listen 127.$network.200.1:8080; keepalive_requests 1000000000; server_name $h;
    location /v1/users { proxy_pass http://pods; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host \$host; proxy_set_header X-Real-IP \$remote_addr; } }
CONF
    done
    echo "}"
} > "$work/nginx/inner.conf"
"$nginx" -p "$work/nginx" -c "$work/nginx/inner.conf" & pids+=($!); nginx_inner=$!
"$nginx" -p "$work/nginx" -c "$work/nginx/front.conf" & pids+=($!); nginx_front=$!

# HAProxy behind HAProxy.
all_hosts > "$work/hosts"
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
{ cat "$work/defaults.cfg"; printf 'frontend f\n  bind 127.%s.201.1:8080\n  use_backend b if { hdr(host) -i -f %s } { path_beg /v1/users }\nbackend b\n  balance random\n' $network "$work/hosts"; n=0; for b in $backends; do n=$((n+1)); echo "  server pod$n $b"; done; } > "$work/inner.cfg"
"$haproxy" -f "$work/inner.cfg" -db >/dev/null 2>&1 & pids+=($!); haproxy_inner=$!
"$haproxy" -f "$work/front.cfg" -db >/dev/null 2>&1 & pids+=($!); haproxy_front=$!

tick=$(getconf CLK_TCK)
# CPU ticks of processes and their children that are still there (nginx's worker is a child of its master).
cpu() { local sum=0 pid; for pid in "$@" $(for p in "$@"; do pgrep -P "$p" || true; done); do set -- $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null || echo); sum=$((sum + ${12:-0} + ${13:-0})); done; echo $sum; }
url_of() { case $1 in wire) echo "https://127.$network.0.1:8443/v1/users" ;; express) echo "https://127.$((network + 1)).0.1:8443/v1/users" ;; nginx) echo "https://127.$network.200.1:8443/v1/users" ;; haproxy) echo "https://127.$network.201.1:8443/v1/users" ;; esac; }
spent() { case $1 in wire | express) ticks_of "${road_pid[$1]}" ;; nginx) cpu $nginx_front $nginx_inner ;; haproxy) cpu $haproxy_front $haproxy_inner ;; esac; }

# Requests to all hosts in turns.
{
    echo 'local hosts, next = {}, 0'
    all_hosts | sed 's/.*/hosts[#hosts + 1] = "&"/'
    echo 'local made = {}'
    echo 'init = function() for i, host in ipairs(hosts) do made[i] = wrk.format("GET", nil, { ["Host"] = host }) end end'
    echo 'request = function() next = next % #made + 1; return made[next] end'
} > "$work/hosts.lua"
load() { wrk -t1 -c$connections -d"$2s" --latency -s "$work/hosts.lua" "$(url_of "$1")"; }

for chain in wire express nginx haproxy; do
    for _ in $(seq 100); do code=$(curl -sk -o "$work/body" -w '%{http_code}' -H 'Host: api.example.com' "$(url_of $chain)" || true); [ "$code" = 200 ] && break; sleep 0.1; done
    [ "$code" = 200 ] || { echo "$chain answers $code" >&2; exit 1; }
    [ "$(wc -c < "$work/body")" = 75 ] || { echo "$chain: wrong body: $(cat "$work/body")" >&2; exit 1; }
    case $chain in wire | express) load $chain 30 ;; *) load $chain 3 ;; esac >/dev/null # warm up; code that is compiled as it runs, and once more by what it was seen to do, wants longer
done

: > "$work/rows"
for round in $(seq "$rounds"); do
    for chain in nginx express wire haproxy; do
        before=$(spent $chain)
        load $chain "$seconds" > "$work/wrk"
        after=$(spent $chain)
        requests=$(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' "$work/wrk")
        bad=$(sed -n 's/.*Non-2xx or 3xx responses: \([0-9]*\)/\1/p' "$work/wrk"); errors=$(grep -c 'Socket errors' "$work/wrk" || true)
        awk -v chain=$chain -v round="$round" -v r="$requests" -v s="$(sed -n 's/^Requests\/sec: *//p' "$work/wrk")" -v p50="$(sed -n 's/^ *50% *//p' "$work/wrk")" \
            -v p99="$(sed -n 's/^ *99% *//p' "$work/wrk")" -v t=$((after - before)) -v hz="$tick" -v bad="${bad:-0}" -v errors="$errors" \
            'BEGIN { printf "%s %d %.0f %s %s %.1f %d %d\n", chain, round, s, p50, p99, t / hz * 1e6 / r, bad, errors }' | tee -a "$work/rows"
    done
done
busy=$(awk '{ print $1 }' /proc/loadavg)

# The demo, once built.
demo() { local started ended; started=$(date +%s.%N); "$root/usher" demo >/dev/null 2>&1; ended=$(date +%s.%N); echo "$ended - $started" | bc; }
memory_wire=$(resident "${road_pid[wire]}") memory_express=$(resident "${road_pid[express]}")
demo_time=${SKIP_DEMO:+skipped}; [ -n "$demo_time" ] || demo_time=$(for _ in 1 2 3; do demo; done | median)

of() { awk -v c="$1" -v f="$2" '$1 == c { print $f }' "$work/rows" | median; }
# A round's chains ran side by side: what slows the machine in one slows all of it.
ratio() { awk -v c="$1" '$1 == "nginx" { n[$2] = $6 } $1 == c { v[$2] = $6 } END { for (r in v) printf "%.3f\n", v[r] / n[r] }' "$work/rows" | median | awk '{ printf "%.2f", $1 }'; }
{
    if [ "$hosts" = 1 ]; then echo "# The road, beside nginx and HAProxy"; else echo "# The road with $hosts hosts, beside nginx and HAProxy"; fi
    echo
    echo "One run on $(nproc) shared cores: $rounds rounds of $seconds s each, medians; × nginx is the median of the rounds' ratios. TLS with RSA 2048 certificates, $connections keep-alive connections by wrk (one thread), an answer of 75 bytes from the"
    [ "$hosts" = 1 ] || echo "same nginx pods, by $hosts hosts in turns, each with an Ingress (nginx: a server block; HAProxy: a line in a list)."
    [ "$hosts" = 1 ] && echo "same nginx pods."
    echo "CPU is that of the proxies, user and system, per request; machines differ and are noisy, so read the ratios."
    echo "Made by \`bench/load/road/run.sh $seconds $rounds $hosts\` on $(date -u +%F); $("$nginx" -v 2>&1 | sed 's/.*: //'), HAProxy $("$haproxy" -v | sed -n 's/.*version \([^ ]*\).*/\1/p' | head -1), .NET $(dotnet --version)."
    echo
    echo "| chain | proxies on the way | requests/s | p50 ms | p99 ms | CPU µs/request | × nginx | failed |"
    echo "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for chain in wire express nginx haproxy; do
        case $chain in wire) label="Usher, wire links, tracing on" n=4 ;; express) label="Usher, express links, tracing on" n=1 ;; nginx) label="nginx behind nginx" n=2 ;; haproxy) label="HAProxy behind HAProxy" n=2 ;; esac
        printf '| %s | %s | %s | %s | %s | %s | %s | %s |\n' "$label" $n "$(of $chain 3)" "$(milliseconds $chain 4)" "$(milliseconds $chain 5)" "$(of $chain 6)" \
            "$(ratio $chain)" "$(awk -v c=$chain '$1 == c { n += $7 + $8 } END { print n }' "$work/rows")"
    done
    echo
    echo "Load average at the end: $busy (this load alone makes about 2). Bars: wire links at most 4 × nginx behind nginx, express links at most 1.2 ×. Resident memory after the load: $memory_wire MB on wire links, $memory_express MB on express links. \`usher demo\`, built, median of three: $demo_time s."
} | tee "$root/bench/results/road$([ "$hosts" = 1 ] || echo "-$hosts-hosts").md"
