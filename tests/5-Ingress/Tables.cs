using System.Text;
using CsCheck;
using static Usher.Ingress.Tests.Cluster;

namespace Usher.Ingress.Tests;

/// <summary>A table of hosts and paths, each with a Service of its own.</summary>
internal sealed record RouteRows(IReadOnlyList<HostRow> Hosts, bool Defaults)
{
    internal int Services => Hosts.Sum(h => h.Paths.Count + 1) + 1;

    /// <summary>One Ingress for each host; Services are numbered in the order of the table, a host's default after its paths.</summary>
    internal string Yaml
    {
        get
        {
            var yaml = new StringBuilder();
            var next = 0;
            for (var h = 0; h < Hosts.Count; h++)
            {
                var paths = Hosts[h].Paths.Select(p => Path(p.Path, p.Kind, $"s{next++}")).ToArray();
                var own = Defaults ? $"defaultBackend: {To($"s{next}")}, " : "";
                next++;
                yaml.Append(Routes($"i{h}", $"{own}rules: [{Rule(Hosts[h].Host, paths)}]"));
            }

            if (Defaults) yaml.Append(Routes("a-catch-all", $"defaultBackend: {To($"s{next}")}"));
            for (var s = 0; s <= next; s++) yaml.Append(Service($"s{s}"));
            return yaml.ToString();
        }
    }
}

/// <summary>A host with its paths.</summary>
internal sealed record HostRow(string Host, IReadOnlyList<(string Kind, string Path)> Paths);

/// <summary>Tables and requests that meet often, hosts and paths alike.</summary>
internal static class Tables
{
    private static readonly string[] Hosts = ["a.example.com", "b.example.com", "*.example.com", "*.b.example.com", "x.example.org"];
    private static readonly string[] Elements = ["a", "b", "ab", "a-b", "v1", ".c"];

    // Left out: a Prefix path with a slash at its end. By the Kubernetes documentation (Path types) "/foo/" takes "/foo"; ingress-nginx writes `location /foo/` and
    // `location = /foo/` for it (internal/ingress/controller/location.go), so that its nginx doesn't take "/foo". And an ImplementationSpecific path with one,
    // which would be the same location as a Prefix's.
    private static readonly Gen<(string Kind, string Path)> Row = Gen.Select(
        Gen.OneOf("Exact", "Prefix", "Prefix", "ImplementationSpecific"), Gen.OneOf(Elements).Array[0, 3], Gen.Int[0, 4],
        (kind, elements, slash) => (kind, elements.Length == 0 ? "/" : "/" + string.Join('/', elements) + (kind == "Exact" && slash == 0 ? "/" : "")));

    private static readonly Gen<string> Element = Gen.Frequency(
        (8, Gen.OneOf(Elements)), (1, Gen.OneOf("..", ".", "")), (1, Gen.OneOf("%61", "%2e", "%2E%2e", "a%2Fb", "%2f", "%41", "c d".Replace(" ",
            "%20", StringComparison.Ordinal), "a%2", "%zz", "%00", "a+b", "%25", "a%3Fb")));

    /// <summary>Up to four hosts with up to five paths each; no path twice in a kind.</summary>
    internal static Gen<RouteRows> Any { get; } = Gen.Select(Gen.Shuffle(Hosts, 1, 4), Row.Array[1, 5].Array[4], Gen.Bool, (hosts, rows, defaults) =>
        new RouteRows([.. hosts.Select((h, i) => new HostRow(h, [.. rows[i].DistinctBy(r => Key(r))]))], defaults));

    internal static Gen<(string Host, string Path)> Request { get; } = Gen.Select(
        Gen.OneOf("a.example.com", "a.example.com", "b.example.com", "c.example.com", "c.b.example.com", "d.c.b.example.com", "x.example.org",
            "example.com", "other.net", "a.example.com."),
        Element.Array[0, 4], Gen.Bool,
        (host, elements, slash) => (host, "/" + string.Join('/', elements) + (slash && elements.Length > 0 ? "/" : "")));

    // "/" is one location of nginx for Prefix and ImplementationSpecific alike.
    private static string Key((string Kind, string Path) row) => row is { Path: "/", Kind: not "Exact" } ? "/" : $"{row.Kind} {row.Path}";
}
