#!/usr/bin/env bash
# An hour's worth of requests and more through one road, tracing on: does its memory stay flat, does it give back what it opens?
# Usage: bench/load/soak/run.sh [requests] [flags of usher up]…        Writes bench/results/soak.md, or soak-express.md with --express
# Of the requests 1 in 25 closes its connection, 1 in 25 asks for a host that the load balancer doesn't know, 1 in 25 for one that the ingress doesn't, 1 in 50 for a Service that isn't there.
# Wants nginx (the pods) and wrk (Debian packages nginx-light, wrk); and dotnet-gcdump (dotnet tool install -g dotnet-gcdump), without which nothing is said of live objects.
set -eu
wanted=${1:-2000000}; [ $# -eq 0 ] || shift
network=${NETWORK:-122}
. "$(dirname "$0")/../common.sh"
need "$nginx" wrk

lay_out
take_all_hosts
printf -- 'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: gone, namespace: shop }\nspec:\n  ingressClassName: nginx\n  rules:\n    - host: gone.example.com\n      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: gone, port: { number: 80 } } } }] }\n' > "$work/road/manifests/gone.yaml"
up road "$network" "$@"

cat > "$work/mix.lua" <<'LUA'
local n, made = 0, {}
local function ask(host, close) return wrk.format("GET", "/v1/users", { ["Host"] = host, ["Connection"] = close and "close" or nil }) end
init = function()
  for i = 0, 49 do made[i] = ask("api.example.com") end
  made[7], made[32] = ask("nobody.example.org"), ask("nobody.example.org")
  made[13], made[38] = ask("nobody.example.com"), ask("nobody.example.com")
  made[19] = ask("gone.example.com")
  made[0], made[25] = ask("api.example.com", true), ask("api.example.com", true)
end
request = function() n = (n + 1) % 50; return made[n] end
LUA

# What a full collection leaves, which resident memory hides: that depends on when the last collection was.
live() { # MB, or nothing
    command -v dotnet-gcdump >/dev/null || return 0
    dotnet-gcdump collect -p "$road" -o "$work/$1.gcdump" >/dev/null 2>&1 && dotnet-gcdump report "$work/$1.gcdump" 2>/dev/null | sed -n 's/^ *\([0-9,]*\) *GC Heap bytes.*/\1/p' | tr -d , | awk '{ printf "%.1f", $1 / 1048576 }'
}
sample() { echo "$1 $(usage "$road" 1)" | tee -a "$work/samples"; }
: > "$work/samples"
done_requests=0 errors=0 other=0 early="" early_at=0 spent=0
sample 0
while [ "$done_requests" -lt "$wanted" ]; do
    began=$(date +%s)
    wrk -t1 -c32 -d20s -s "$work/mix.lua" "https://127.$network.0.1:8443/v1/users" > "$work/wrk"
    done_requests=$((done_requests + $(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' "$work/wrk")))
    other=$((other + $(sed -n 's/.*Non-2xx or 3xx responses: \([0-9]*\)/\1/p' "$work/wrk")))
    line=$(sed -n 's/.*Socket errors: connect \([0-9]*\), read \([0-9]*\), write \([0-9]*\), timeout \([0-9]*\)/\1 + \2 + \3 + \4/p' "$work/wrk")
    errors=$((errors + ${line:-0}))
    spent=$((spent + $(date +%s) - began))
    sample "$done_requests"
    # By then 20,000 connections have come, and every table of what is kept is full.
    if [ "$early_at" = 0 ] && [ "$done_requests" -ge $((wanted / 2)) ]; then early=$(live early) early_at=$done_requests; fi
done
took=$spent
late=$(live late)
# Idle connections are kept for a minute and looked at every quarter of one.
sleep 80
sample "$done_requests"

name=soak; case " $* " in *" --express "*) name=soak-express ;; esac
{
    case $wanted in *000000) echo "# ${wanted%000000} million requests through one road" ;; *) echo "# $wanted requests through one road" ;; esac
    echo
    echo "$done_requests requests in $took s over TLS on 32 connections by wrk, \`usher up $*\` with tracing on, on $(nproc) shared cores; $other of them were answered 404 or 503 as asked for, 1 in 25 closed its connection, $errors socket errors."
    echo "Made by \`bench/load/soak/run.sh $wanted $*\` on $(date -u +%F), .NET $(dotnet --version). Resident memory, open file descriptors and threads of \`usher\`; the last line is 80 s after the load."
    echo
    echo "| requests | MB | files | threads |"
    echo "| --- | --- | --- | --- |"
    thinned "$work/samples"
    echo
    awk 'NR > 1 { r[++n] = $2 } END { n--; for (i = int(n / 4) + 1; i <= int(n / 2); i++) { a += r[i]; x++ } for (i = n - int(n / 4) + 1; i <= n; i++) { b += r[i]; y++ }
        if (x > 0 && y > 0) printf "Mean resident memory in the second quarter of the run %.0f MB, in the last quarter %.0f MB; it depends on when the last collection was.\n", a / x, b / y }' "$work/samples"
    if [ -n "$early" ] && [ -n "$late" ] && [ "$early_at" -lt "$done_requests" ]; then
        awk -v a="$early" -v b="$late" -v at="$early_at" -v n="$done_requests" 'BEGIN { printf "Live objects after a full collection: %.1f MB after %d requests, %.1f MB after %d: %s.\n", a, at, b, n, (b < a * 1.05 ? "flat" : "it grows") }'
    else
        echo "Live objects were not counted (dotnet-gcdump isn't there, or the run is too short): nothing can be said of whether memory stays flat."
    fi
} | tee "$root/bench/results/$name.md"
