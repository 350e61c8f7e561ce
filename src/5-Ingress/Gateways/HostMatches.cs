using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Usher.Ingress.Gateways;

/// <summary>
/// What there is for hosts, exact ones, wildcards and any. A wildcard is a suffix match that takes one label or more: <c>*.example.com</c> is for <c>a.b.example.com</c> too, and not for <c>example.com</c>
/// (Gateway API, HTTPRoute, hostnames). The most specific comes first: an exact host, then the longest wildcard, then any.
/// </summary>
/// <typeparam name="T">What there is for a host.</typeparam>
internal sealed class HostMatches<T> where T : class
{
    private readonly FrozenDictionary<string, T> exact;
    private readonly FrozenDictionary<string, T> wildcards;
    private readonly T? any;

    private HostMatches(IReadOnlyCollection<KeyValuePair<string, T>> all)
    {
        exact = all.Where(p => p.Key.Length > 0 && p.Key[0] != '*').ToFrozenDictionary(StringComparer.Ordinal);
        wildcards = all.Where(p => p.Key.Length > 0 && p.Key[0] == '*').ToFrozenDictionary(p => p.Key[1..], p => p.Value, StringComparer.Ordinal);
        any = all.FirstOrDefault(p => p.Key.Length == 0).Value;
        All = [.. all.Select(p => p.Value)];
    }

    internal static HostMatches<T> Empty { get; } = new([]);

    /// <summary>All there is.</summary>
    internal ImmutableArray<T> All { get; }

    /// <summary>Every host as it is written with what there is for it, the most specific first.</summary>
    internal IEnumerable<KeyValuePair<string, T>> Written => exact.OrderBy(p => p.Key, StringComparer.Ordinal)
        .Concat(wildcards.OrderByDescending(p => p.Key.Length).ThenBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create("*" + p.Key, p.Value)))
        .Concat(any is null ? [] : [KeyValuePair.Create("", any)]);

    /// <summary>Of hosts in lower case, each once; empty for any.</summary>
    internal static HostMatches<T> Of(IReadOnlyCollection<KeyValuePair<string, T>> all) => all.Count == 0 ? Empty : new(all);

    /// <summary>Whether a host as it is written (<c>*.example.com</c>, empty for any) takes another, or a name that a client asks for.</summary>
    internal static bool Takes(string written, string host) =>
        written.Length == 0 || written == host || (written[0] == '*' && host.Length > written.Length - 1 && host.EndsWith(written[1..], StringComparison.Ordinal));

    /// <summary>What there is for a host, the most specific first.</summary>
    internal Candidates For(string host) => new(this, host);

    /// <summary>The most specific there is for a host, or null.</summary>
    internal T? Find(string host)
    {
        foreach (var found in For(host)) return found;
        return null;
    }

    /// <summary>What there is for one host, in order.</summary>
    internal struct Candidates(HostMatches<T> of, string host)
    {
        // -1: nothing was looked at; then where the next suffix begins; past the end: any was given.
        private int next = -1;

        public T Current { get; private set; } = null!;

        public readonly Candidates GetEnumerator() => this;

        public bool MoveNext()
        {
            if (next < 0)
            {
                next = 0;
                if (of.exact.TryGetValue(host, out var found)) return Give(found);
            }

            while (next < host.Length)
            {
                var dot = of.wildcards.Count == 0 ? -1 : host.IndexOf('.', next);
                next = dot < 0 ? host.Length : dot + 1;
                // A wildcard takes at least one label, which the first dot ends.
                if (dot > 0 && of.wildcards.TryGetValue(host[dot..], out var found)) return Give(found);
            }

            if (next > host.Length) return false;
            next = host.Length + 1;
            return of.any is { } rest && Give(rest);
        }

        private bool Give(T found)
        {
            Current = found;
            return true;
        }
    }
}
