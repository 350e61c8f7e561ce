#!/usr/bin/env bash
# Which of a listener's rules takes a request: looked up, and searched for in order, with 10 to 10,000 rules.
# Usage: bench/load/rules/run.sh        Writes bench/results/rules.md
set -eu
. "$(dirname "$0")/../common.sh"
dotnet run --project "$root/bench/Usher.Bench" -c Release -- --filter '*RuleBenchmarks*'
report=$(ls -t "$root"/artifacts/bench/results/*RuleBenchmarks-report-github.md | head -1)
{
    echo "# A request's rule, looked up and in order"
    echo
    echo "One run on $(nproc) shared cores, five rounds of 100 ms each by BenchmarkDotNet: read the ratios. The rule in the middle of the listener's is asked for; each has a host and a path. *LookedUp* is what live traffic does,"
    echo "*InOrder* tries one rule after the other, *Index* is what a new generation pays for the first."
    echo "Made by \`bench/load/rules/run.sh\` on $(date +%F); .NET $(dotnet --version)."
    echo
    grep '^|' "$report" | grep -v '^| *|' | sed 's/\*\*//g' | cut -d'|' -f1-6,8,13 | sed 's/$/|/'
    echo
    echo "Load average at the end: $(cut -d' ' -f1 /proc/loadavg)."
} > "$root/bench/results/rules.md"
cat "$root/bench/results/rules.md"
