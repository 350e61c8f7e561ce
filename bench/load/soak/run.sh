#!/usr/bin/env bash
# An hour's worth of requests and more through one road, tracing on: does its memory stay flat, does it give back what it opens?
# Usage: bench/load/soak/run.sh [requests] [flags of usher up]…        Writes bench/results/soak.md, or soak-express.md with --express
# Of the requests 1 in 50 closes its connection, 1 in 25 asks for a host that the load balancer doesn't know, 1 in 25 for one that the ingress doesn't, 1 in 50 for a Service that isn't there.
# Wants nginx (the pods) and wrk (Debian packages nginx-light, wrk).
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
  made[25] = ask("api.example.com", true)
end
request = function() n = (n + 1) % 50; return made[n] end
LUA

rss() { awk '/VmRSS/ { printf "%.1f", $2 / 1024 }' "/proc/$road/status"; }
sample() { echo "$1 $(rss) $(ls "/proc/$road/fd" | wc -l) $(ls "/proc/$road/task" | wc -l)" | tee -a "$work/samples"; }
: > "$work/samples"
done_requests=0 errors=0 other=0 started=$(date +%s)
sample 0
while [ "$done_requests" -lt "$wanted" ]; do
    wrk -t1 -c32 -d20s -s "$work/mix.lua" "https://127.$network.0.1:8443/v1/users" > "$work/wrk"
    done_requests=$((done_requests + $(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' "$work/wrk")))
    other=$((other + $(sed -n 's/.*Non-2xx or 3xx responses: \([0-9]*\)/\1/p' "$work/wrk")))
    line=$(sed -n 's/.*Socket errors: connect \([0-9]*\), read \([0-9]*\), write \([0-9]*\), timeout \([0-9]*\)/\1 + \2 + \3 + \4/p' "$work/wrk")
    errors=$((errors + ${line:-0}))
    sample "$done_requests"
done
took=$(($(date +%s) - started))
# Idle connections are kept for a minute and looked at every quarter of one.
sleep 80
sample "$done_requests"

name=soak; case " $* " in *" --express "*) name=soak-express ;; esac
{
    case $wanted in *000000) echo "# ${wanted%000000} million requests through one road" ;; *) echo "# $wanted requests through one road" ;; esac
    echo
    echo "$done_requests requests in $took s over TLS on 32 connections by wrk, \`usher up $*\` with tracing on, on $(nproc) shared cores; $other of them were answered 404 or 503 as asked for, 1 in 50 closed its connection, $errors socket errors."
    echo "Made by \`bench/load/soak/run.sh $wanted $*\` on $(date -u +%F), .NET $(dotnet --version). Resident memory, open file descriptors and threads of \`usher\`; the last line is 80 s after the load."
    echo
    echo "| requests | MB | files | threads |"
    echo "| --- | --- | --- | --- |"
    awk '{ line[NR] = $0 } END { step = (NR - 2) / 12; for (i = 1; i < NR; i += (step > 1 ? step : 1)) print line[int(i)]; print line[NR - 1]; print line[NR] }' "$work/samples" | uniq | awk '{ printf "| %s | %s | %s | %s |\n", $1, $2, $3, $4 }'
    echo
    awk 'NR > 1 { r[++n] = $2 } END { n--; for (i = int(n / 4) + 1; i <= int(n / 2); i++) { a += r[i]; x++ } for (i = n - int(n / 4) + 1; i <= n; i++) { b += r[i]; y++ }
        if (x + 0 == 0 || y + 0 == 0) print "Too few requests to say whether memory stays flat."
        else printf "Mean memory in the second quarter of the run %.0f MB, in the last quarter %.0f MB: %s.\n", a / x, b / y, (b / y < a / x * 1.05 ? "flat" : "it grows") }' "$work/samples"
} | tee "$root/bench/results/$name.md"
