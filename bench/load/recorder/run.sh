#!/usr/bin/env bash
# What recording costs: roads that keep their hops' records beside roads that don't, on express and on wire links.
# Usage: bench/load/recorder/run.sh [seconds per window] [rounds]        Writes bench/results/recorder.md
# WARM=20 TURNS=6 as variables. Each round starts both roads anew, since two processes of the same program differ by themselves, and loads them in TURNS turns of on, off, off, on: what slows the machine for some seconds slows both.
# A round's ratio is one figure.
# Wants wrk (Debian package wrk). Each load ends by itself.
set -eu
seconds=${1:-2} rounds=${2:-3} connections=32 warm=${WARM:-20} turns=${TURNS:-6}
. "$(dirname "$0")/../common.sh"
need wrk
lay_out
network=77
tick=$(getconf CLK_TCK)
declare -A road_pid
printf 'wrk.headers["Host"] = "api.example.com"\n' > "$work/host.lua"
url_of() { case $1 in on) echo "https://127.$network.0.1:8443/v1/users" ;; off) echo "https://127.$((network + 1)).0.1:8443/v1/users" ;; esac; }
load() { wrk -t1 -c$connections -d"$2s" -s "$work/host.lua" "$(url_of "$1")"; }

: > "$work/rows"
for round in $(seq "$rounds"); do
    for links in express wire; do
        flags=(); [ $links = express ] && flags=(--express)
        # Which is started first changes too.
        first=on second=off; [ $((round % 2)) = 0 ] && first=off second=on
        for kind in $first $second; do
            rm -rf "$work/state-$kind"
            case $kind in on) up on $network "${flags[@]}" ;; off) up off $((network + 1)) --no-journeys "${flags[@]}" ;; esac
            road_pid[$kind]=$road
        done
        for kind in $first $second; do
            [ "$(curl -sk -o "$work/body" -w '%{http_code}' -H 'Host: api.example.com' "$(url_of $kind)")" = 200 ] || { echo "$kind does not answer" >&2; exit 1; }
            load $kind "$warm" > /dev/null
        done
        for kind in $(for _ in $(seq "$turns"); do echo $first $second $second $first; done); do
            before=$(ticks_of "${road_pid[$kind]}")
            load $kind "$seconds" > "$work/wrk"
            after=$(ticks_of "${road_pid[$kind]}")
            requests=$(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' "$work/wrk")
            bad=$(sed -n 's/.*Non-2xx or 3xx responses: \([0-9]*\)/\1/p' "$work/wrk")
            awk -v links=$links -v kind=$kind -v round="$round" -v r="$requests" -v t=$((after - before)) -v hz="$tick" -v bad="${bad:-0}" \
                'BEGIN { printf "%s %s %d %.2f %d %d\n", links, kind, round, t / hz * 1e6 / r, r, bad }' | tee -a "$work/rows"
        done
        stop
    done
done

of() { awk -v l="$1" -v k="$2" '$1 == l && $2 == k { print $4 }' "$work/rows" | median; }
# A round's windows ran side by side: what slows the machine in one slows all of it.
ratios() { awk -v l="$1" '$1 == l { sum[$2 " " $3] += $4; if ($3 > last) last = $3 } END { for (r = 1; r <= last; r++) printf "%.4f\n", sum["on " r] / sum["off " r] }' "$work/rows" | sort -n; }
{
    echo "# What recording costs"
    echo
    echo "One run on $(nproc) shared cores: $rounds rounds, each with new processes, of $turns turns of four windows of $seconds s (on, off, off, on). TLS, $connections keep-alive connections by wrk (one thread), an answer of 75 bytes. CPU is that of"
    echo "Usher's process, user and system, per request; on ÷ off is the median of the rounds' ratios, with the least and the greatest. Off is \`usher up --no-journeys\`: hops make their records, which they work with, and nobody keeps,"
    echo "counts, joins, stores or prints them. Machines differ and are noisy, so read the ratios."
    echo "Made by \`bench/load/recorder/run.sh $seconds $rounds\` on $(date -u +%F), .NET $(dotnet --version)."
    echo
    echo "| links | recording on, µs/request | off, µs/request | on ÷ off | least – greatest | failed |"
    echo "| --- | --- | --- | --- | --- | --- |"
    for links in express wire; do
        printf '| %s | %s | %s | %s | %s – %s | %s |\n' $links "$(of $links on)" "$(of $links off)" "$(ratios $links | median | awk '{ printf "%.3f", $1 }')" \
            "$(ratios $links | head -1)" "$(ratios $links | tail -1)" "$(awk -v l=$links '$1 == l { n += $6 } END { print n }' "$work/rows")"
    done
    echo
    echo "Goal: below 1.03. Load average at the end: $(awk '{ print $1 }' /proc/loadavg) (this load alone makes about 2)."
} | tee "$root/bench/results/recorder.md"
