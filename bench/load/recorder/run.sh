#!/usr/bin/env bash
# What recording costs: one road that takes its hops' records in some turns and not in others, on express and on wire links.
# Usage: bench/load/recorder/run.sh [blocks of four turns] [rounds]        Writes bench/results/recorder.md
# WARM=60 TURN=500 (ms) as variables. Each round is a new process, which is loaded for WARM seconds first. Wants wrk (Debian package wrk). Each load ends by itself.
set -eu
blocks=${1:-200} rounds=${2:-2} warm=${WARM:-60} turn=${TURN:-500}
. "$(dirname "$0")/../common.sh"
need wrk
build_bench
lay_out
printf 'wrk.headers["Host"] = "api.example.com"\n' > "$work/host.lua"

# Both links in each round, since the machine changes. The runtime's settings are usher's own.
for round in $(seq "$rounds"); do
    for links in express wire; do
        rm -rf "$work/state"
        dotnet exec --runtimeconfig "$root/artifacts/bin/Usher.Cli/release/usher.runtimeconfig.json" "$root/artifacts/bin/Usher.Bench/release/Usher.Bench.dll" \
            recording "$work/road/manifests" "$work/state" 77 $links "$warm" "$blocks" "$turn" "$work/host.lua" "$work/$links" > "$work/printed"
        echo "round $round, $links: $(wc -l < "$work/$links") turns"
    done
done

# A block's ratio is one figure: on ÷ off of turns that were side by side.
blocks_of() { awk '{ cpu[$1] += $2; n[$1] += $3 } NR % 4 == 0 { print cpu["on"] / n["on"], cpu["off"] / n["off"]; delete cpu; delete n }' "$work/$1"; }
cpu_of() { awk -v k="$2" '$1 == k { cpu += $2; n += $3 } END { printf "%.1f", cpu / n }' "$work/$1"; }
ratio_of() { blocks_of "$1" | awk '{ x = log($1 / $2); s += x; q += x * x } END { m = s / NR; printf "**%.3f** ± %.3f", exp(m), sqrt((q / NR - m * m) / (NR - 1)) }'; }
{
    echo "# What recording costs"
    echo
    echo "$rounds rounds on $(nproc) shared cores, each a new process, of $blocks blocks of four turns of $turn ms (on, off, off, on, or the other way round). TLS, 32 keep-alive connections by wrk (one thread), an answer of 75 bytes. CPU is that of"
    echo "the road's process, user and system, per request; on ÷ off is the geometric mean of the blocks' ratios, with its standard error. Off: hops make their records, which they work with, and nobody counts, joins, follows, tells or prints them."
    echo "Machines differ and are noisy, so read the ratios."
    echo "Made by \`bench/load/recorder/run.sh $blocks $rounds\` on $(date -u +%F), .NET $(dotnet --version)."
    echo
    echo "| links | recording on, µs/request | off, µs/request | on ÷ off | median | blocks |"
    echo "| --- | --- | --- | --- | --- | --- |"
    for links in express wire; do
        printf '| %s | %s | %s | %s | %s | %s |\n' $links "$(cpu_of $links on)" "$(cpu_of $links off)" "$(ratio_of $links)" \
            "$(blocks_of $links | awk '{ print $1 / $2 }' | median | awk '{ printf "%.3f", $1 }')" "$(blocks_of $links | wc -l)"
    done
    echo
    echo "Goal: below 1.03. Every request was answered with 200."
} | tee "$root/bench/results/recorder.md"
