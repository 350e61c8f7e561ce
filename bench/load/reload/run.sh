#!/usr/bin/env bash
# A saved route change, with many hosts and under load: how long until it is served, what it costs, what is lost. Beside it nginx behind nginx, reloaded.
# Usage: bench/load/reload/run.sh [hosts]… (default 10 1000 10000)        Writes bench/results/reload.md
# Each host has an Ingress (nginx: a server block) with one rule; all stand in one file, and for 1,000 and more hosts once again in files of 100.
# Wants nginx (Debian package nginx-light).
set -eu
[ $# -gt 0 ] || set -- 10 1000 10000
saves=${SAVES:-20} network=${NETWORK:-120}
. "$(dirname "$0")/../common.sh"
need "$nginx"
build_bench

# A road with the hosts in one file, or in files of 100; the template of the file that changes, with the host in its middle.
manifests() { # hosts layout
    lay_out
    take_all_hosts
    local hosts=$1 i changed=$(($1 / 2)) file
    for i in $(seq "$hosts"); do
        if [ "$2" = files ]; then file="hosts-$((i / 100)).yaml"; else file=hosts.yaml; fi
        if [ "$i" = "$changed" ]; then target="$work/road/manifests/$file"; ingress "$i" /v1/users /probe-@K@; else ingress "$i" /v1/users; fi >> "$work/road/manifests/$file"
    done
    cp "$target" "$work/template"
    sed -i 's/@K@/start/' "$target"
    changed_host="h$changed.example.com"
}

row() { # label
    printf '| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n' "$1" "$(measured served_median_ms)" "$(measured served_most_ms)" "$2" "$(measured cpu_per_reload_ms)" "$(measured memory_before_mb)" "$(measured memory_after_mb)" "$3" "$(measured failed) of $(measured load_requests)" >> "$work/rows"
    tail -1 "$work/rows"
}

: > "$work/rows"
for hosts in "$@"; do
    layouts=one; [ "$hosts" -lt 1000 ] || layouts="one files"
    for layout in $layouts; do
        manifests "$hosts" $layout
        up road "$network"
        bench reload "127.$network.0.1:8443" "$changed_host" "$work/template" "$target" "$saves" "$road" > "$work/measured"
        own=$(sed -n 's/^generation [0-9]* runs after \([0-9.]*\) ms.*/\1/p' "$work/up-road.log" | tail -n "$saves" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }')
        row "Usher, $hosts hosts in $([ $layout = one ] && echo "one file" || echo "files of 100")" "$own" "$up_ms"
        [ $layout = one ] && [ "$hosts" -ge 1000 ] && { stop; continue; }

        # nginx behind nginx with as many server blocks; the road's pods are its backends.
        mkdir -p "$work/nginx"
        backends=$(pods_of "$network")
        peer_certificate "$work/peer.pem"
        cat > "$work/nginx/front.conf" <<CONF
worker_processes 1; daemon off; pid $work/nginx/front.pid; error_log stderr crit; events { worker_connections 4096; }
http { access_log off; $(temp f)
  upstream inner { server 127.$network.200.1:8080; keepalive 64; keepalive_requests 1000000000; }
  server { listen 127.$network.200.1:8443 ssl; keepalive_requests 1000000000; ssl_certificate $work/peer.pem; ssl_certificate_key $work/peer.pem; ssl_protocols TLSv1.2 TLSv1.3;
    location / { proxy_pass http://inner; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host \$host; } } }
CONF
        forward='proxy_pass http://pods; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;'
        {
            echo "worker_processes 1; daemon off; pid $work/nginx/inner.pid; error_log stderr crit; events { worker_connections 4096; }"
            echo "http { access_log off; $(temp i) server_names_hash_max_size 65536; upstream pods { keepalive 64; keepalive_requests 1000000000; $(for b in $backends; do echo "server $b;"; done) }"
            for h in api $(seq -f 'h%.0f' "$hosts"); do
                probe=; [ "$h.example.com" != "$changed_host" ] || probe="location /probe-@K@ { $forward }"
                echo "server { listen 127.$network.200.1:8080; keepalive_requests 1000000000; server_name $h.example.com; location /v1/users { $forward } $probe }"
            done
            echo "}"
        } > "$work/template"
        sed 's/@K@/start/' "$work/template" > "$work/nginx/inner.conf"
        "$nginx" -p "$work/nginx" -c "$work/nginx/inner.conf" & inner=$!; pids+=($!)
        "$nginx" -p "$work/nginx" -c "$work/nginx/front.conf" & pids+=($!)
        for _ in $(seq 600); do curl -sko /dev/null -f -H 'Host: api.example.com' "https://127.$network.200.1:8443/v1/users" && break; sleep 0.1; done
        bench reload "127.$network.200.1:8443" "$changed_host" "$work/template" "$work/nginx/inner.conf" "$saves" "$inner" hup > "$work/measured"
        row "nginx, $hosts server blocks, \`nginx -s reload\`" "" ""
        stop
    done
done

{
    echo "# A saved route change, beside nginx"
    echo
    echo "One run on $(nproc) shared cores: $saves saves of another path for one of many hosts, each with an Ingress (nginx: a server block), under a load of about 2,000 requests a second over TLS; read the ratios."
    echo "*Served* is from the end of the save to the first answer by the new route, median and most; Usher waits 2 ms of it for more of the same save. *Own* is what \`usher up\` prints: reading, compiling,"
    echo "preparing and publishing, median. CPU is that of one reload alone, the load's taken off. nginx is the inner one of two, which knows the hosts; its memory is master and worker."
    echo "Made by \`bench/load/reload/run.sh $*\` on $(date -u +%F); $("$nginx" -v 2>&1 | sed 's/.*: //'), .NET $(dotnet --version)."
    echo
    echo "| what | served ms | most | own ms | CPU ms | MB before | MB after | up after ms | failed |"
    echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    cat "$work/rows"
    echo
    echo "Load average at the end: $(awk '{ print $1 }' /proc/loadavg). Goals: own below 10 ms and resident memory below 250 MB at 10,000 hosts, no failed request."
} | tee "$root/bench/results/reload.md"
