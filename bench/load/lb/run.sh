#!/usr/bin/env bash
# The load balancer's hop alone, beside nginx and HAProxy as one proxy: TLS from the client, HTTP/1.1 to the same pods, tracing on. One run, in turns, for each case of connections, bodies and versions.
# Usage: bench/load/lb/run.sh [seconds per round] [rounds]        Writes bench/results/lb.md
# Wants nginx, haproxy, wrk and h2load (Debian packages nginx-light, haproxy, wrk, nghttp2-client). Each load ends by itself.
set -eu
seconds=${1:-5} rounds=${2:-3}
. "$(dirname "$0")/../common.sh"
need "$nginx" "$haproxy" wrk h2load
ulimit -n "$(ulimit -Hn)"

# A road whose target group leads to the pods' own NodePort, on express links: between the load balancer and a pod nothing is carried but the decision.
network=79
lay_out
cp "$root/bench/load/lb/manifests/kubernetes.yaml" "$work/road/manifests/"
sed -i '/id: i-0a1b2c3d4e5f60002/d; s#healthCheckPath: .*#healthCheckPath: /75#' "$work/road/manifests/edge.yaml"
up lb $network --express
backends=$(pods_of $network)
pem="$work/peer.pem"
peer_certificate "$pem"

mkdir -p "$work/nginx"
cat > "$work/nginx/lb.conf" <<CONF
worker_processes 1; worker_rlimit_nofile 16384; daemon off; pid $work/nginx/lb.pid; error_log stderr error; events { worker_connections 8192; }
http { access_log off; $(temp f)
  upstream pods { keepalive 256; keepalive_requests 1000000000; $(for b in $backends; do echo "server $b;"; done) }
  server { listen 127.$network.200.1:8443 ssl http2 backlog=4096; keepalive_requests 1000000000; ssl_certificate $pem; ssl_certificate_key $pem; ssl_protocols TLSv1.2 TLSv1.3;
    location / { proxy_pass http://pods; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host \$host;
      proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto https; proxy_set_header X-Forwarded-Port 443; } } }
CONF
"$nginx" -p "$work/nginx" -c "$work/nginx/lb.conf" & pids+=($!); nginx_pid=$!
{
    printf 'global\n  nbthread 1\n  maxconn 8192\ndefaults\n  mode http\n  timeout client 60s\n  timeout server 60s\n  timeout connect 10s\n  http-reuse always\n  option forwardfor\n'
    printf 'frontend f\n  bind 127.%s.201.1:8443 backlog 4096 ssl crt %s alpn h2,http/1.1\n  http-request set-header X-Forwarded-Proto https\n  default_backend b\nbackend b\n  balance roundrobin\n' $network "$pem"
    n=0; for b in $backends; do n=$((n+1)); echo "  server pod$n $b"; done
} > "$work/lb.cfg"
"$haproxy" -f "$work/lb.cfg" -db >/dev/null 2>&1 & pids+=($!); haproxy_pid=$!

pid_of() { case $1 in usher) echo "$road" ;; nginx) pgrep -P $nginx_pid ;; haproxy) echo $haproxy_pid ;; esac; }
url_of() { case $1 in usher) echo "https://127.$network.0.1:8443" ;; nginx) echo "https://127.$network.200.1:8443" ;; haproxy) echo "https://127.$network.201.1:8443" ;; esac; }

# A case: a name, the client, connections, a path. h2 has ten streams on each connection.
cases='small|h1|32|/75
small-256|h1|256|/75
small-2048|h1|2048|/75
10kB|h1|32|/10k
1MB|h1|32|/1m
new|new|32|/75
h2|h2|32|/75'
load() { # chain kind connections path seconds: requests, requests/s, p50 and p99 as wrk or h2load words them, failed
    local base url
    base=$(url_of "$1") url=$(url_of "$1")$4
    case $2 in
        h1) wrk -t1 -c"$3" -d"$5s" --timeout 10s --latency -H 'Host: api.example.com' "$url" ;;
        new) wrk -t1 -c"$3" -d"$5s" --timeout 10s --latency -H 'Host: api.example.com' -H 'Connection: close' "$url" ;;
        h2) h2load -t1 -c"$3" -m10 -D"$5" --connect-to="${base#https://}" "https://api.example.com$4" 2>&1 ;;
    esac > "$work/load"
    if [ "$2" = h2 ]; then
        awk '/^finished in/ { gsub(",", ""); rate = $4 } /^requests:/ { done = $8; failed = $10 + $12 + $14 } /^time for request:/ { p50 = $6 } END { printf "%d %.0f %s - %d\n", done, rate, p50, failed }' "$work/load"
    else
        awk '/requests in/ { n = $1 } /Requests\/sec/ { r = $2 } $1 == "50%" { p50 = $2 } $1 == "99%" { p99 = $2 } /Non-2xx/ { bad += $NF } /Socket errors/ { gsub(",", ""); bad += $4 + $6 + $8 + $10 }
            END { printf "%d %.0f %s %s %d\n", n, r, p50, p99, bad }' "$work/load"
    fi
}

# Where connections are many, their handshakes would be most of a short round: it is four times as long. What a handshake costs is a case of its own.
length() { [ "$1" -lt 1000 ] && echo "$seconds" || echo $((4 * seconds)); }

for chain in usher nginx haproxy; do
    for path in /75 /10k /1m; do
        code=$(curl -sk -o "$work/body" -w '%{http_code}' -H 'Host: api.example.com' "$(url_of $chain)$path" || true)
        [ "$code" = 200 ] || { echo "$chain answers $code to $path" >&2; exit 1; }
    done
    case $chain in usher) load $chain h1 32 /75 30; load $chain h2 32 /75 10 ;; *) load $chain h1 32 /75 3 ;; esac >/dev/null
done

: > "$work/rows"
while IFS='|' read -r name kind connections path; do
    for round in $(seq "$rounds"); do
        for chain in nginx usher haproxy; do
            before=$(ticks_of "$(pid_of $chain)")
            read -r requests rate p50 p99 failed <<<"$(load $chain "$kind" "$connections" "$path" "$(length "$connections")")"
            after=$(ticks_of "$(pid_of $chain)")
            awk -v name="$name" -v chain=$chain -v round="$round" -v n="$requests" -v r="$rate" -v p50="$p50" -v p99="$p99" -v t=$((after - before)) -v hz="$(getconf CLK_TCK)" -v bad="$failed" \
                'BEGIN { printf "%s:%s %d %s %s %s %.1f %d\n", name, chain, round, r, p50, p99, n ? t / hz * 1e6 / n : 0, bad }' | tee -a "$work/rows"
        done
    done
done <<<"$cases"

of() { awk -v c="$1" -v f="$2" '$1 == c { print $f }' "$work/rows" | median; }
ratio() { awk -v c="$1:usher" -v n="$1:nginx" '$1 == n { a[$2] = $6 } $1 == c { b[$2] = $6 } END { for (r in b) printf "%.3f\n", b[r] / a[r] }' "$work/rows" | median | awk '{ printf "%.2f", $1 }'; }
memory="usher $(resident "$(pid_of usher)"), nginx $(resident "$(pid_of nginx)"), HAProxy $(resident "$(pid_of haproxy)")"
{
    echo "# The load balancer's hop alone, beside nginx and HAProxy"
    echo
    echo "One run on $(nproc) shared cores: $rounds rounds of $seconds s each ($(length 2048) s with 2,048 connections, so that it isn't about handshakes), medians; × nginx is the median of the rounds' ratios of CPU. TLS with RSA 2048 certificates in, HTTP/1.1 out to the same three nginx pods, tracing on; wrk with one thread,"
    echo "h2load with ten streams on each connection (it tells no percentiles: what stands for the median is the mean). The road's own way from the load balancer to a pod is an express link with no ingress on it. CPU is the proxy's, user and system, per request."
    echo "Made by \`bench/load/lb/run.sh $seconds $rounds\` on $(date -u +%F); $("$nginx" -v 2>&1 | sed 's/.*: //'), HAProxy $("$haproxy" -v | sed -n 's/.*version \([^ ]*\).*/\1/p' | head -1), .NET $(dotnet --version)."
    echo
    echo "| case | proxy | requests/s | p50 ms | p99 ms | CPU µs/request | × nginx | failed |"
    echo "| --- | --- | --- | --- | --- | --- | --- | --- |"
    while IFS='|' read -r name kind connections path; do
        case $kind in h1) what="HTTP/1.1, $connections connections, ${path#/}" ;; new) what="a new connection for each request, $connections at a time, ${path#/}" ;; h2) what="HTTP/2, $connections connections, ${path#/}" ;; esac
        for chain in usher nginx haproxy; do
            key=$name:$chain
            printf '| %s | %s | %s | %s | %s | %s | %s | %s |\n' "$what" $chain "$(of $key 3)" "$(milliseconds $key 4)" "$([ "$kind" = h2 ] && echo - || milliseconds $key 5)" "$(of $key 6)" \
                "$([ $chain = usher ] && ratio "$name" || true)" "$(awk -v c=$key '$1 == c { n += $7 } END { print n }' "$work/rows")"
        done
    done <<<"$cases"
    echo
    echo "Resident memory in MB after it all: $memory. Bars: at most 1.5 × nginx's CPU on the first case, 2 × on the others."
} | tee "$root/bench/results/lb.md"
