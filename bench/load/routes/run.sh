#!/usr/bin/env bash
# The ingress alone with many hosts, beside nginx with the same routes: CPU for a request, how long until a changed route is followed, failed requests meanwhile, memory, start.
# Usage: bench/load/routes/run.sh [hosts]… (default 10 1000 10000)        Writes bench/results/routes.md
# SECONDS_EACH=5 ROUNDS=3 CHANGES=1000 NETWORK=121 as variables. Each host has an Ingress in a file of its own (nginx: a server block in a file of its own). Requests go to an ingress pod's own address, in the plain;
# with express links, so that it hands them to the application's pods itself, as nginx does. Each load ends by itself.
# Wants nginx and wrk (Debian packages nginx-light, wrk).
set -eu
[ $# -gt 0 ] || set -- 10 1000 10000
seconds=${SECONDS_EACH:-5} rounds=${ROUNDS:-3} changes=${CHANGES:-1000} network=${NETWORK:-121} connections=32
# No further change after so many seconds: a reload of nginx takes as long as it takes.
at_most=${CHANGE_SECONDS:-90}
. "$(dirname "$0")/../common.sh"
need "$nginx" wrk
build_bench

forward='proxy_pass http://pods; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr; proxy_set_header X-Forwarded-For $remote_addr;'
server() { # host path…
    printf 'server { listen %s; keepalive_requests 1000000000; server_name %s;\n' "$nginx_at" "$1"
    for path in "${@:2}"; do printf '  location %s/ { %s }\n  location = %s { %s }\n' "$path" "$forward" "$path" "$forward"; done
    echo '}'
}

tick=$(getconf CLK_TCK)
# CPU ticks, and resident MB, of a process and those of its children that run the same program: nginx's workers, but not the road's pods.
program() { readlink "/proc/$1/exe" || true; }
with_children() { echo "$1"; for child in $(pgrep -P "$1"); do [ "$(program "$child")" != "$(program "$1")" ] || echo "$child"; done; }
cpu() { local sum=0 pid; for pid in $(with_children "$1"); do sum=$((sum + $(ticks_of "$pid" 2>/dev/null || echo 0))); done; echo $sum; }
rss() { local pid; for pid in $(with_children "$1"); do cat "/proc/$pid/status"; done 2>/dev/null | awk '/^VmRSS/ { s += $2 } END { printf "%.0f", s * 1.024 / 1000 }'; }
median_of() { awk -v h="$1" -v c="$2" -v f="$3" '$1 == h && $2 == c { print $f }' "$work/rounds" | median; }
ratio_of() { awk -v h="$1" '$1 == h && $2 == "nginx" { n[$3] = $4 } $1 == h && $2 == "usher" { v[$3] = $4 } END { for (r in v) printf "%.3f\n", v[r] / n[r] }' "$work/rounds" | median; }

: > "$work/rounds"; : > "$work/requests"; : > "$work/changes"; : > "$work/memory"; : > "$work/kinds"
for hosts in "$@"; do
    # Usher: a folder with a file for each Ingress.
    lay_out
    mkdir "$work/road/manifests/hosts"
    for i in $(seq "$hosts"); do ingress "$i" /v1/users > "$work/road/manifests/hosts/h$i.yaml"; done
    changed=$(((hosts + 1) / 2))
    file="$work/road/manifests/hosts/h$changed.yaml"
    ingress "$changed" /v1/users /probe-@K@ > "$work/template"
    ingress n@K@ /v1/users /probe-@K@ > "$work/new-template"
    rm -rf "$work/state-road"
    up road "$network" --express
    usher_at=""
    for i in $(seq 1 12); do if listens "127.$network.64.$i" 18254 || listens "127.$network.64.$i" 10254; then usher_at="127.$network.64.$i:8080"; break; fi; done
    usher_start=$up_ms
    # Starting leaves much behind, which is given back once it is up.
    sleep 3
    usher_memory=$(rss "$road")

    # nginx: a file for each server.
    nginx_at="127.$network.200.1:8080"
    rm -rf "$work/nginx"; mkdir -p "$work/nginx/hosts"
    cat > "$work/nginx/nginx.conf" <<CONF
worker_processes 1; daemon off; pid $work/nginx/pid; error_log stderr crit; events { worker_connections 4096; }
http { access_log off; $(temp i) server_names_hash_max_size 65536; server_names_hash_bucket_size 128;
  upstream pods { random; keepalive 64; keepalive_requests 1000000000; $(for b in $(pods_of "$network"); do echo "server $b;"; done) }
  include $work/nginx/hosts/*.conf; }
CONF
    server api.example.com /v1/users > "$work/nginx/hosts/api.conf"
    for i in $(seq "$hosts"); do server "h$i.example.com" /v1/users > "$work/nginx/hosts/h$i.conf"; done
    nginx_file="$work/nginx/hosts/h$changed.conf"
    server "h$changed.example.com" /v1/users /probe-@K@ > "$work/nginx-template"
    server hn@K@.example.com /v1/users /probe-@K@ > "$work/nginx-new-template"
    started=$(date +%s%N)
    "$nginx" -p "$work/nginx" -c "$work/nginx/nginx.conf" & peer=$!; pids+=("$peer")
    for _ in $(seq 1200); do listens "${nginx_at%:*}" "${nginx_at#*:}" && break; sleep 0.02; done
    nginx_start=$((($(date +%s%N) - started) / 1000000)) nginx_memory=$(rss "$peer")

    # 1. CPU for a request, by all hosts in turns.
    {
        echo "local made, next = {}, 0"
        echo "init = function() for i = 1, $hosts do made[i] = wrk.format('GET', nil, { ['Host'] = 'h' .. i .. '.example.com' }) end end"
        echo "request = function() next = next % #made + 1; return made[next] end"
    } > "$work/hosts.lua"
    load() { wrk -t1 -c$connections -d"$2s" --latency -s "$work/hosts.lua" "http://$1/v1/users"; }
    for chain in usher nginx; do
        at=$usher_at; [ $chain = usher ] || at=$nginx_at
        code=$(curl -s -o "$work/body" -w '%{http_code}' -H "Host: h$hosts.example.com" "http://$at/v1/users" || true)
        [ "$code" = 200 ] && [ "$(wc -c < "$work/body")" = 75 ] || { echo "$chain at $at answers $code" >&2; cat "$work/up-road.log" >&2; exit 1; }
        # Code that is compiled as it runs, and once more by what it was seen to do, wants longer.
        if [ $chain = usher ]; then load "$at" $((seconds * 3)) >/dev/null; else load "$at" 2 >/dev/null; fi
    done
    for round in $(seq "$rounds"); do
        for chain in nginx usher; do
            at=$usher_at pid=$road; [ $chain = usher ] || { at=$nginx_at; pid=$peer; }
            before=$(cpu "$pid")
            load "$at" "$seconds" > "$work/wrk"
            after=$(cpu "$pid")
            awk -v h="$hosts" -v c=$chain -v round="$round" -v t=$((after - before)) -v hz="$tick" -v r="$(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' "$work/wrk")" \
                -v s="$(sed -n 's/^Requests\/sec: *//p' "$work/wrk")" -v bad="$(sed -n 's/.*Non-2xx or 3xx responses: \([0-9]*\)/\1/p' "$work/wrk")" -v errors="$(grep -c 'Socket errors' "$work/wrk" || true)" \
                'BEGIN { printf "%s %s %d %.2f %.0f %d\n", h, c, round, t / hz * 1e6 / r, s, bad + errors }' >> "$work/rounds"
        done
    done
    printf '| %s | %.1f | %.1f | %.2f | %s | %s | %s |\n' "$hosts" "$(median_of "$hosts" usher 4)" "$(median_of "$hosts" nginx 4)" "$(ratio_of "$hosts")" "$(median_of "$hosts" usher 5)" "$(median_of "$hosts" nginx 5)" \
        "$(awk -v h="$hosts" '$1 == h { n += $6 } END { print n }' "$work/rounds")" | tee -a "$work/requests"
    usher_loaded=$(rss "$road")

    # 2. Changes.
    change_row() { printf '| %s | %s | %s | %s | %s | %s | %s of %s |\n' "$hosts" "$1" "$(measured changes)" "$(measured p50_ms)" "$(measured p99_ms)" "$(measured most_ms)" "$(measured failed)" "$(measured requests)" | tee -a "$work/changes"; }
    bench changes "$usher_at" "h$changed.example.com" "$work/template" "$file" "$changes" "$at_most" "$road" rename > "$work/measured"
    change_row "Usher, another file renamed to it"
    bench changes "$usher_at" "h$changed.example.com" "$work/template" "$file" $((changes / 10 + 1)) "$at_most" "$road" write > "$work/measured"
    change_row "Usher, written in place"
    bench changes "$usher_at" hn@K@.example.com "$work/new-template" "$work/road/manifests/hosts/hn@K@.yaml" $((changes / 10 + 1)) "$at_most" "$road" rename > "$work/measured"
    change_row "Usher, an Ingress comes: a new file moved there"
    usher_changed=$(measured memory_mb)
    bench changes "$nginx_at" "h$changed.example.com" "$work/nginx-template" "$nginx_file" $((changes / 10 + 1)) "$at_most" "$peer" rename hup > "$work/measured"
    change_row "nginx, \`nginx -s reload\`"
    bench changes "$nginx_at" hn@K@.example.com "$work/nginx-new-template" "$work/nginx/hosts/hn@K@.conf" $((changes / 10 + 1)) "$at_most" "$peer" rename hup > "$work/measured"
    change_row "nginx, a new file moved there and \`nginx -s reload\`"
    printf '| %s | %s | %s | %s | %s | %s | %s | %s |\n' "$hosts" "$usher_start" "$nginx_start" "$usher_memory" "$usher_loaded" "$usher_changed" "$nginx_memory" "$(measured memory_mb)" | tee -a "$work/memory"
    stop

    # 3. What each kind of change costs before anything is started.
    rm "$work/road/manifests/hosts/hn"*
    bench compile "$work/road/manifests" | sed "s/^/| $hosts /" | tee -a "$work/kinds"
done

{
    echo "# The ingress with many hosts, beside nginx"
    echo
    echo "One run on $(nproc) shared cores ($(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)), load average at the end $(awk '{ print $1 }' /proc/loadavg) (this load alone makes about 2). Read the ratios: machines differ and are noisy."
    echo "Made by \`bench/load/routes/run.sh $*\` with $rounds rounds of $seconds s and $changes changes, on $(date -u +%F); $("$nginx" -v 2>&1 | sed 's/.*: //'), one worker; .NET $(dotnet --version)."
    echo "Each host has an Ingress in a file of its own (nginx: a server block in a file of its own). Requests go to the ingress in the plain, and from there to the same three pods."
    echo
    echo "## A request"
    echo
    echo "CPU, user and system, of the proxy per request, by all hosts in turns on $connections kept connections (wrk, one thread), an answer of 75 bytes; tracing on. Medians; × nginx is the median of the rounds' ratios."
    echo
    echo "| hosts | Usher µs | nginx µs | × nginx | Usher requests/s | nginx requests/s | failed |"
    echo "| --- | --- | --- | --- | --- | --- | --- |"
    cat "$work/requests"
    echo
    echo "## A changed route"
    echo
    echo "From the moment when the file is saved to the first answer by another path of one of the hosts, or by a host that comes, asked for once a millisecond, under a load of about 2,000 requests a second; and how many of that load's requests failed."
    echo
    echo "| hosts | what | changes | p50 ms | p99 ms | most ms | failed |"
    echo "| --- | --- | --- | --- | --- | --- | --- |"
    cat "$work/changes"
    echo
    echo "## What each kind of change costs"
    echo
    echo "In process, before anything is started or published: reading it, and compiling the next generation. Medians of 50, in ms. An object that goes has its folder listed again; Usher waits 60 ms before that."
    echo
    echo "| hosts | change | read | compile |"
    echo "| --- | --- | --- | --- |"
    cat "$work/kinds"
    echo
    echo "## Start and memory"
    echo
    echo "Until the road is up, with its pods (nginx: until it listens), and resident memory: then, after the load of requests, and after the changes."
    echo
    echo "| hosts | Usher ms | nginx ms | Usher MB | after requests | after changes | nginx MB | after reloads |"
    echo "| --- | --- | --- | --- | --- | --- | --- | --- |"
    cat "$work/memory"
    echo
    echo "Goals: a changed route followed within 10 ms at p99, and less than 250 MB, at 10,000 hosts; no failed request."
} | tee "$root/bench/results/routes.md"
