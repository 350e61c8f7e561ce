using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Usher.Cli.Running;
using Usher.Control;
using Usher.Doorway.Files;
using Usher.Ingress;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Pod;

namespace Usher.Journey.Tests.Compile;

/// <summary>What is compiled from the running generation is what is compiled from nothing.</summary>
public sealed class IncrementalTests
{
    private static readonly string Base = string.Join("\n---\n", new[] { "kubernetes.yaml", "edge.yaml" }.Select(f => File.ReadAllText(Path.Combine(Tool.Root, "bench/load/road/manifests", f))));

    private static readonly string Certificate = File.ReadAllText(Path.Combine(Tool.Root, "samples/vault/secrets.yaml"));

    /// <summary>What may be written besides: of each row one, or nothing.</summary>
    private static readonly string[][] Rows =
    [
        [Ingress("one", "one.example.com", "/"), Ingress("one", "one.example.com", "/", "/more"), Ingress("one", "one.example.com", "/x", annotations: "rewrite-target: /y"), Ingress("one", "two.example.com", "/")],
        [Ingress("two", "two.example.com", "/"), Ingress("two", "two.example.com", "/", annotations: "server-alias: one.example.com"), Ingress("two", "two.example.com", "/", annotations: "from-to-www-redirect: \"true\"")],
        [Ingress("three", "*.wild.example.com", "/"), Ingress("three", "one.example.com", "/three"), Ingress("three", "www.two.example.com", "/")],
        [Ingress("canary", "one.example.com", "/", service: "other", annotations: "canary: \"true\", nginx.ingress.kubernetes.io/canary-weight: \"10\""),
            Ingress("canary", "two.example.com", "/", service: "other", annotations: "canary: \"true\", nginx.ingress.kubernetes.io/canary-weight: \"20\"")],
        [Ingress("secure", "vault.example.com", "/", tls: "vault-tls"), Ingress("secure", "one.example.com", "/s", tls: "vault-tls"), Ingress("secure", "vault.example.com", "/", tls: "nowhere")],
        [Ingress("missing", "missing.example.com", "/", service: "other"), Ingress("default", "missing.example.com", "/", annotations: "default-backend: other")],
        [Ingress("older", "one.example.com", "/", service: "more", created: "2024-01-01T00:00:00Z"), Ingress("older", "two.example.com", "/", service: "more"), Ingress("older", "*.wild.example.com", "/", created: "2025-01-01T00:00:00Z")],
        // Never accepted: what is refused stays as it last was, which compiling from nothing can't know.
        [Ingress("bad", "one.example.com", "/", annotations: "server-snippet: x"), Ingress("bad", "bad.example.com", "/", annotations: "auth-url: nowhere"), Ingress("bad", "bad.example.com", "/", annotations: "proxy-body-sise: 1m")],
        // What a table adds up of all its hosts.
        [Ingress("summed", "sum.example.com", "/", annotations: "enable-cors: \"true\""), Ingress("summed", "sum.example.com", "/", annotations: "proxy-body-size: 1k"), Ingress("summed", "one.example.com", "/sum", annotations: "proxy-body-size: 2k")],
        [Ingress("added", "more.example.com", "/", annotations: "enable-cors: \"true\""), Ingress("added", "sum.example.com", "/more", annotations: "proxy-body-size: 1k"), Ingress("added", "more.example.com", "/", annotations: "auth-tls-secret: shop/ca") + "---\napiVersion: v1\nkind: Secret\nmetadata: { name: ca, namespace: shop }\nstringData:\n" + Pem.Replace("tls.crt", "ca.crt", StringComparison.Ordinal)],
        ["apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: all, namespace: shop }\nspec: { ingressClassName: nginx, defaultBackend: { service: { name: users, port: { name: http } } } }\n"],
        ["apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: foreign, namespace: shop, annotations: { alb.ingress.kubernetes.io/target-type: ip } }\nspec: { ingressClassName: alb, defaultBackend: { service: { name: users, port: { name: http } } } }\n"],
        [Service("other", "{ name: http, port: 80, targetPort: 8080 }"), Service("other", "{ name: http, port: 8080, targetPort: 8080 }"), Service("other", "{ name: web, port: 80 }")],
        [Service("more", "{ port: 1 }"), "apiVersion: v1\nkind: Service\nmetadata: { name: more, namespace: shop }\nspec: { clusterIP: None, ports: [{ port: 1 }] }\n"],
        // What counts for all that have the Service.
        [Ingress("balanced", "balanced.example.com", "/", annotations: "load-balance: ewma"), Ingress("balanced", "one.example.com", "/b", annotations: "affinity: cookie"), Ingress("balanced", "balanced.example.com", "/", service: "other", annotations: "load-balance: ewma")],
        ["apiVersion: v1\nkind: ConfigMap\nmetadata: { name: config, namespace: shop }\ndata: { a: \"1\" }\n"],
        [Deployment(1), Deployment(2), Deployment(2, "c: d")],
        ["apiVersion: v1\nkind: Secret\nmetadata: { name: vault-tls, namespace: shop }\nstringData:\n" + Pem],
        ["apiVersion: route53.services.k8s.aws/v1alpha1\nkind: RecordSet\nmetadata: { name: extra, namespace: shop }\nspec: { name: extra, recordType: A, ttl: 60, hostedZoneRef: { from: { name: example-com } }, resourceRecords: [{ value: 192.0.2.1 }] }\n"],
    ];

    private static readonly Gen<(int Row, int Variant)[]> Saves = Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 1000]).Array[1, 12];

    /// <summary>The keyed certificate of the sample's first Secret.</summary>
    private static string Pem => Certificate[Certificate.IndexOf("  tls.crt: |", StringComparison.Ordinal)..].Split("\n---\n")[0];

    [Fact]
    public void After_any_saves_every_snapshot_is_as_compiled_from_nothing() => Saves.Sample(saves =>
    {
        using var files = new Saved();
        var written = new int[Rows.Length];
        var running = Generation.None;
        foreach (var (row, variant) in saves.Prepend((0, 0)))
        {
            written[row % Rows.Length] = variant % (Rows[row % Rows.Length].Length + 1);
            var (errors, wanted) = (new ErrorList(), new ErrorList());
            if (files.Save(Text(written), running, errors) is not { } next) continue;
            // Who came first to a road that runs is nothing that a file says.
            var anew = FilesDoorway.Load([files.File], AwsScope.Default, wanted).Select(r => r with { Since = files.Since(r.Key) });
            var whole = files.Compiler.Compile(new DesiredState(anew), Bare(running), wanted);

            Assert.Equal(wanted.All, errors.All);
            if (!errors.IsEmpty) continue;
            Assert.Equal(SnapshotText.Of(whole), SnapshotText.Of(next));
            running = next;
        }
    }, iter: 80);

    [Fact]
    public void A_changed_path_leaves_the_other_hops_and_hosts_alone()
    {
        using var files = new Saved();
        var first = files.Save(Generation.None, Rows[0][0], Rows[1][0]);
        var second = files.Save(first, Rows[0][1], Rows[1][0]);

        Assert.NotSame(first.Get<IngressSnapshot>(), second.Get<IngressSnapshot>());
        Assert.Equal(first.Parts.Count - 1, first.Parts.Zip(second.Parts).Count(pair => ReferenceEquals(pair.First, pair.Second)));
        var (before, after) = (Table(first), Table(second));
        Assert.Same(before.Hosts.Find("two.example.com"), after.Hosts.Find("two.example.com"));
        Assert.Equal(2, after.Hosts.Find("one.example.com")!.Routes.Length);
    }

    [Fact]
    public void On_a_road_with_canaries_a_change_makes_those_servers_anew_that_lead_to_what_it_touches()
    {
        using var files = new Saved();
        string[] road = [Ingress("one", "one.example.com", "/"), Ingress("two", "two.example.com", "/", service: "own"), .. new[] { "own", "next", "third" }.Select(s => Service(s, "{ name: http, port: 80 }"))];
        string[] canary = [.. road, Ingress("canary", "one.example.com", "/", service: "next", annotations: "canary: \"true\", nginx.ingress.kubernetes.io/canary-weight: \"10\"")];
        var plain = files.Save(Generation.None, road);

        var with = files.Save(plain, canary);
        AssertSame(plain, with, one: false, two: true);
        AssertSame(with, files.Save(with, [.. canary, Ingress("three", "three.example.com", "/", service: "third")]), one: true, two: true);
        AssertSame(with, files.Save(with, [.. road, canary[^1].Replace("10", "20", StringComparison.Ordinal)]), one: false, two: true);
        AssertSame(with, files.Save(with, [.. canary, Ingress("a", "a.example.com", "/", service: "own", annotations: "load-balance: ewma", created: "2024-01-01T00:00:00Z")]), one: true, two: false);
        AssertSame(with, files.Save(with, [.. canary, Ingress("a", "a.example.com", "/", service: "third", annotations: "load-balance: ewma")]), one: true, two: true);
        AssertSame(with, files.Save(with, road), one: false, two: true);

        static void AssertSame(Generation before, Generation after, bool one, bool two) => Assert.Equal(
            (one, two), (ReferenceEquals(Table(before).Hosts.Find("one.example.com"), Table(after).Hosts.Find("one.example.com")), ReferenceEquals(Table(before).Hosts.Find("two.example.com"), Table(after).Hosts.Find("two.example.com"))));
    }

    [Fact]
    public void A_version_that_is_refused_leaves_the_last_one_and_the_others_alone()
    {
        using var files = new Saved();
        var bad = Ingress("one", "one.example.com", "/other", annotations: "server-snippet: x");
        var first = files.Save(Generation.None, Rows[0][0], Rows[1][0]);
        var refused = files.Save(first, bad, Rows[1][0]);
        var other = files.Save(refused, bad, Ingress("two", "two.example.com", "/new"));
        var mended = files.Save(other, Rows[0][1], Ingress("two", "two.example.com", "/new"));

        Assert.Equal([0, 1, 1, 0], new[] { first, refused, other, mended }.Select(g => g.Warnings.Count(w => w.NotAccepted)));
        Assert.EndsWith("The Ingress isn't accepted, and stays in service as it last was", refused.Warnings.Single(w => w.NotAccepted).Message, StringComparison.Ordinal);
        Assert.Equal("/", Assert.Single(Table(refused).Hosts.Find("one.example.com")!.Routes).Path);
        Assert.Same(Table(first).Hosts.Find("two.example.com"), Table(refused).Hosts.Find("two.example.com"));
        Assert.Same(Table(refused).Hosts.Find("one.example.com"), Table(other).Hosts.Find("one.example.com"));
        Assert.Equal(2, Table(mended).Hosts.Find("one.example.com")!.Routes.Length);
    }

    private static RouteTable Table(Generation generation) => generation.Get<IngressSnapshot>().Compiled.Values.Single().Table;

    // What is kept from generation to generation: addresses, numbers, and pods, which are what they were made as.
    private static Generation Bare(Generation running) =>
        running.Number == 0 ? running : new Generation(running.Number, running.State, running.Addresses, [Snapshot.Of(running.Get<PodSnapshot>())]);

    private static string Text(int[] written) => Text(written.Select((variant, row) => variant == 0 ? "" : Rows[row][variant - 1]).Where(text => text.Length > 0));

    private static string Text(IEnumerable<string> more) => string.Join("\n---\n", more.Prepend(Base));

    private static string Ingress(string name, string host, string path, string? second = null, string service = "users", string? annotations = null, string? tls = null, string? created = null)
    {
        var backend = $"pathType: Prefix, backend: {{ service: {{ name: {service}, port: {{ name: http }} }} }}";
        var more = second is null ? "" : $", {{ path: {second}, {backend} }}";
        return $"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{ name: {name}, namespace: shop{(annotations is null ? "" : $", annotations: {{ nginx.ingress.kubernetes.io/{annotations} }}")}{(created is null ? "" : $", creationTimestamp: \"{created}\"")} }}\n"
            + $"spec:\n  ingressClassName: nginx\n{(tls is null ? "" : $"  tls: [{{ hosts: [\"{host}\"], secretName: {tls} }}]\n")}  rules: [{{ host: \"{host}\", http: {{ paths: [{{ path: {path}, {backend} }}{more}] }} }}]\n";
    }

    private static string Service(string name, string port) => $"apiVersion: v1\nkind: Service\nmetadata: {{ name: {name}, namespace: shop }}\nspec: {{ selector: {{ app: users }}, ports: [{port}] }}\n";

    private static string Deployment(int replicas, string? label = null) =>
        $"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: side, namespace: shop }}\nspec:\n  replicas: {replicas}\n  selector: {{ matchLabels: {{ app: side }} }}\n"
        + $"  template: {{ metadata: {{ labels: {{ app: side{(label is null ? "" : $", {label}")} }} }}, spec: {{ containers: [{{ name: c, image: side:1, ports: [{{ containerPort: 8080 }}], env: [{{ name: A, valueFrom: {{ configMapKeyRef: {{ name: config, key: a, optional: true }} }} }}] }}] }} }}\n";

    /// <summary>A file of manifests that is saved, read and compiled again and again.</summary>
    private sealed class Saved : IDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("usher-incremental-").FullName;
        private readonly StateDirectory state;
        private readonly ServiceProvider services;
        private readonly ManifestSource source;
        private readonly ResourceStore store = new();
        private DesiredState desired = DesiredState.Empty;

        internal Saved()
        {
            state = StateDirectory.Open(Path.Combine(folder, "state"));
            services = Road.Explaining(new RoadSettings { Paths = [], StandIn = true, DnsPort = 0, ApiPort = 0 }, state).BuildServiceProvider();
            source = new ManifestSource([File], AwsScope.Default, TextReader.Null);
        }

        internal string File => Path.Combine(folder, "road.yaml");

        internal RoadCompiler Compiler => services.GetRequiredService<RoadCompiler>();

        /// <summary>What becomes of a text; null when it is that of the last save. What has errors isn't kept.</summary>
        internal Generation? Save(string text, Generation running, ErrorList errors)
        {
            System.IO.File.WriteAllText(File, text);
            if ((source.LoadWhole(File, () => true) ?? source.LoadIfChanged(errors)) is not { } loaded) return null;
            desired = store.Preview("files", loaded.Resources, errors);
            var next = Compiler.Compile(desired, running, errors);
            if (errors.IsEmpty) store.Keep("files", loaded.Resources, desired);
            return next;
        }

        /// <summary>With which change an object of the last save came.</summary>
        internal long Since(ResourceKey key) => desired.Find(key)?.Since ?? 0;

        /// <summary>What becomes of the road with these objects, in which nothing is wrong.</summary>
        internal Generation Save(Generation running, params string[] more)
        {
            var errors = new ErrorList();
            var next = Save(Text(more), running, errors);
            Assert.Empty(errors.All);
            return next!;
        }

        public void Dispose()
        {
            services.Dispose();
            state.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }
}
