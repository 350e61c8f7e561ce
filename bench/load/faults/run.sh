#!/usr/bin/env bash
# Faults under load: targets that fail in every way at once and flap, clients that check every byte of every answer, and thousands of clients that say next to nothing. Is an answer ever wrong? Is everything given back?
# Usage: bench/load/faults/run.sh [seconds] [slow connections] [checked connections] [flags of usher up]…        Writes bench/results/faults.md
# A third of the slow clients never ends its ClientHello, a third never its request's head, a third takes a byte of a large answer now and then. One that is cut comes back. Each load ends by itself.
set -eu
seconds=${1:-600} slow=${2:-10000} checked=${3:-32}
shift $(($# < 3 ? $# : 3))
network=${NETWORK:-123}
. "$(dirname "$0")/../common.sh"
need dotnet
dotnet build "$root/bench/Usher.Faults" -c Release --nologo -v q -clp:NoSummary
ulimit -n "$(ulimit -Hn)"
faults="$root/artifacts/bin/Usher.Faults/release/Usher.Faults.dll"

# What the pods run is beside this checkout's own manifests.
mkdir -p "$work/road"
cp -r "$root/bench/load/faults/manifests" "$work/road/"
sed -i "s#workingDirectory: .*#workingDirectory: $root/artifacts/bin/Usher.Faults/release#" "$work/road/manifests/usher.yaml"
up road "$network" "$@"
address=127.$network.0.1:8443
# A road is up when its sockets are; its pods may still be starting.
for _ in $(seq 300); do
    [ "$(curl -sk -o /dev/null -w '%{http_code}' --connect-to "::$address" https://api.example.com/plain/1/1)" = 200 ] && break
    sleep 0.2
done

sample() { echo "$1 $(usage "$road") ${2:-0}" | tee -a "$work/samples"; }
held() { awk 'END { print $1 + 0 }' "$work/slow"; }
: > "$work/samples"; : > "$work/slow"
sample start
dotnet "$faults" slow https://api.example.com/ "$address" "$slow" $((seconds + 60)) > "$work/slow" & pids+=($!); slow_pid=$!
# First the storm of handshakes, for which two cores are too few, and then who is served beside what it left.
for _ in $(seq 11); do
    sleep 5
    [ "$(held)" -lt $((slow * 97 / 100)) ] || break
done
sample held "$(held)"
dotnet "$faults" clients https://api.example.com/ "$address" "$checked" "$seconds" > "$work/clients" & clients_pid=$!; pids+=($!)
began=$(date +%s)
while kill -0 "$clients_pid" 2>/dev/null; do
    sleep $((seconds < 120 ? 5 : 30))
    sample "$(($(date +%s) - began))" "$(held)"
done
right=0
wait "$clients_pid" || right=$?
kill -INT "$slow_pid"
wait "$slow_pid" || true
# Idle connections to targets are kept for a minute and looked at every quarter of one.
sleep ${REST:-90}
sample after
pids=("$road")

{
    echo "# Faults under load"
    echo
    echo "$seconds s on $(nproc) shared cores: $checked connections, half HTTP/1.1 and half HTTP/2 with eight streams each, whose every request has an answer of its own; $slow slow connections beside them; both targets flap. \`usher up $*\`, tracing on."
    echo "Made by \`bench/load/faults/run.sh $seconds $slow $checked $*\` on $(date -u +%F), .NET $(dotnet --version)."
    echo
    echo "| kind of request | as it should be | not |"
    echo "| --- | --- | --- |"
    awk '/ right / { printf "| %s | %s | %s |\n", $1, $2, $4 }' "$work/clients"
    echo
    sed -n 's/^wrong: /- /p' "$work/clients"
    [ "$right" = 0 ] && echo "No answer was wrong." || echo "**Answers were wrong.**"
    echo "Of the slow ones at the end: $(tail -1 "$work/slow")."
    echo
    echo "Resident memory, open file descriptors and threads of \`usher\` at each second, and how many slow connections were open; the last line is 90 s after the load."
    echo
    echo "| s | MB | files | threads | slow |"
    echo "| --- | --- | --- | --- | --- |"
    thinned "$work/samples"
} | tee "$root/bench/results/faults.md"
exit "$right"
