# What the measurements under load share. Sourced, after set -eu, by each run.sh.
# root: this checkout. work: a folder that goes with the script. pids: processes that end with it. nginx, haproxy: where those are.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
chmod 755 "$work"
pids=()
stop() {
    for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
    pids=()
}
trap 'stop; rm -rf "$work"' EXIT
# Debian has them where an ordinary user's PATH doesn't lead.
nginx=$(command -v nginx || echo /usr/sbin/nginx)
haproxy=$(command -v haproxy || echo /usr/sbin/haproxy)

need() { # program…: ends the script where one is missing; then Usher, built when it has to
    local program
    for program in "$@"; do command -v "$program" >/dev/null || { echo "missing: $program ($(sed -n 's/^# Wants .*(Debian packages\{0,1\} \(.*\)).*/\1/p' "$0"))" >&2; exit 1; }; done
    "$root/usher" --help >/dev/null
}

# The benchmark's manifests in $work/road, to be changed, and their pods' program beside them.
lay_out() {
    rm -rf "$work/road"
    mkdir "$work/road"
    cp -r "$root/bench/load/road/manifests" "$root/bench/load/road/backend.sh" "$work/road/"
}

# The load balancer takes every host of example.com.
take_all_hosts() { sed -i 's/values: \[api.example.com\]/values: [api.example.com, "*.example.com"]/' "$work/road/manifests/edge.yaml"; }

up() { # name network flags…: a road of these manifests, once it is up; its process is $road, its output $work/up-NAME.log, and it took $up_ms
    local name=$1 number=$2 started
    shift 2
    started=$(date +%s%N)
    "$root/usher" up -f "$work/road/manifests" --state "$work/state-$name" --loopback "$number" --dns-port 0 --api-port 0 "$@" >"$work/up-$name.log" 2>&1 &
    road=$!
    pids+=("$road")
    for _ in $(seq 1200); do
        if grep -q "The road is up" "$work/up-$name.log"; then
            up_ms=$((($(date +%s%N) - started) / 1000000))
            return
        fi
        kill -0 "$road" 2>/dev/null || break
        sleep 0.05
    done
    cat "$work/up-$name.log" >&2
    exit 1
}

# Where the application's pods of a network's road listen. An ingress pod has its port of health checks too; what has only 8080 is an application's.
pods_of() { # network
    local i
    for i in $(seq 1 12); do
        if listens "127.$1.64.$i" 8080 && ! listens "127.$1.64.$i" 10254 && ! listens "127.$1.64.$i" 18254; then echo "127.$1.64.$i:8080"; fi
    done
}
listens() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

# nginx's folders for what it buffers, by a letter of its own for each nginx.
temp() { echo "client_body_temp_path $work/nginx/$1a; proxy_temp_path $work/nginx/$1b; fastcgi_temp_path $work/nginx/$1c; uwsgi_temp_path $work/nginx/$1d; scgi_temp_path $work/nginx/$1e;"; }

# A certificate and its key for nginx and HAProxy, of the road's own kind; the road's key stays in its store.
peer_certificate() { # file
    openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=api.example.com -days 2 -keyout "$work/peer.key" -out "$work/peer.crt" 2>/dev/null
    cat "$work/peer.crt" "$work/peer.key" > "$1"
}

# The command line of bench/Usher.Bench, built.
build_bench() { dotnet build "$root/bench/Usher.Bench" -c Release --nologo -v quiet -clp:NoSummary; }
bench() { dotnet "$root/artifacts/bin/Usher.Bench/release/Usher.Bench.dll" "$@"; }
# One of the name=value lines that it has written to $work/measured.
measured() { sed -n "s/^$1=//p" "$work/measured"; }

# A document with the Ingress of host number i, hI.example.com, each of its paths to the Service users.
ingress() { # number path…
    printf -- '---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: h%s, namespace: shop }\nspec:\n  ingressClassName: nginx\n  rules:\n    - host: h%s.example.com\n      http:\n        paths:\n' "$1" "$1"
    local path
    for path in "${@:2}"; do printf '          - { path: %s, pathType: Prefix, backend: { service: { name: users, port: { name: http } } } }\n' "$path"; done
}

# Resident memory of one process in MB, and with its open file descriptors and threads.
resident() { awk -v d="${2:-0}" '/VmRSS/ { printf "%.*f", d, $2 / 1024 }' "/proc/$1/status"; } # pid [decimals]
usage() { echo "$(resident "$1" "${2:-0}") $(ls "/proc/$1/fd" | wc -l) $(ls "/proc/$1/task" | wc -l)"; } # pid [decimals]
# About twelve of many samples, the last two among them, as rows of a table.
thinned() { awk '{ line[NR] = $0 } END { step = (NR - 2) / 12; for (i = 1; i < NR; i += (step > 1 ? step : 1)) print line[int(i)]; print line[NR - 1]; print line[NR] }' "$1" | uniq | sed 's/ / | /g; s/.*/| & |/'; }

# CPU of one process so far, in clock ticks, user and system.
ticks_of() { set -- $(sed 's/.*) //' "/proc/$1/stat"); echo $((${12} + ${13})); }

median() { sort -n | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# The median of a column of $work/rows for a key, whose values wrk wrote with units.
milliseconds() { # key column
    awk -v c="$1" -v f="$2" '$1 == c { print $f }' "$work/rows" | sed 's/us$/ 0.001/; s/ms$/ 1/; s/\([0-9]\)s$/\1 1000/' | awk '{ print $1 * $2 }' | median
}
