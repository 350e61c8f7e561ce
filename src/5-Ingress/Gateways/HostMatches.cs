namespace Usher.Ingress.Gateways;

/// <summary>
/// What there is for hosts, exact ones, wildcards and any. A wildcard is a suffix match that takes one label or more: <c>*.example.com</c> is for <c>a.b.example.com</c> too, and not for <c>example.com</c>
/// (Gateway API, HTTPRoute, hostnames). The most specific comes first: an exact host, then the longest wildcard, then any. Immutable; one that follows from another shares with it all but what changed.
/// </summary>
/// <typeparam name="T">What there is for a host.</typeparam>
internal sealed class HostMatches<T> where T : class
{
    private readonly HostTable<T> exact;
    private readonly HostTable<T> wildcards;
    private readonly T? any;

    private HostMatches(HostTable<T> exact, HostTable<T> wildcards, T? any) => (this.exact, this.wildcards, this.any) = (exact, wildcards, any);

    internal static HostMatches<T> Empty { get; } = new(HostTable<T>.Empty, HostTable<T>.Empty, null);

    /// <summary>How many there are.</summary>
    internal int Count => exact.Count + wildcards.Count + (any is null ? 0 : 1);

    /// <summary>All there is, in no order.</summary>
    internal IEnumerable<T> All => exact.Values.Concat(wildcards.Values).Concat(any is null ? [] : [any]);

    /// <summary>Every host as it is written with what there is for it, the most specific first.</summary>
    internal IEnumerable<KeyValuePair<string, T>> Written => exact.OrderBy(p => p.Key, StringComparer.Ordinal)
        .Concat(wildcards.OrderByDescending(p => p.Key.Length).ThenBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create("*" + p.Key, p.Value)))
        .Concat(any is null ? [] : [KeyValuePair.Create("", any)]);

    /// <summary>Of hosts in lower case, each once; empty for any.</summary>
    internal static HostMatches<T> Of(IReadOnlyCollection<KeyValuePair<string, T>> all) => Empty.Next(all);

    /// <summary>Whether a host as it is written (<c>*.example.com</c>, empty for any) takes another, or a name that a client asks for.</summary>
    internal static bool Takes(string written, string host) =>
        written.Length == 0 || written == host || (written[0] == '*' && host.Length > written.Length - 1 && host.EndsWith(written.AsSpan(1), StringComparison.Ordinal));

    /// <summary>The same for all of these; this one when it is that already.</summary>
    internal HostMatches<T> Next(IReadOnlyCollection<KeyValuePair<string, T>> all)
    {
        var (hosts, suffixes, rest) = (new List<KeyValuePair<string, T>>(all.Count), new List<KeyValuePair<string, T>>(), (T?)null);
        foreach (var pair in all)
        {
            if (pair.Key.Length == 0) rest = pair.Value;
            else if (pair.Key[0] == '*') suffixes.Add(new(pair.Key[1..], pair.Value));
            else hosts.Add(pair);
        }

        var (nextExact, nextWildcards) = (exact.Next(hosts), wildcards.Next(suffixes));
        return ReferenceEquals(nextExact, exact) && ReferenceEquals(nextWildcards, wildcards) && ReferenceEquals(rest, any) ? this : new(nextExact, nextWildcards, rest);
    }

    /// <summary>What there is for a host as it is written, or null.</summary>
    internal T? Of(string written) => written.Length == 0 ? any : written[0] == '*' ? wildcards.Find(written[1..]) : exact.Find(written);

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
                if (host.Length > 0 && of.exact.Find(host) is { } found) return Give(found);
            }

            while (next < host.Length)
            {
                var dot = of.wildcards.Count == 0 ? -1 : host.IndexOf('.', next);
                next = dot < 0 ? host.Length : dot + 1;
                // A wildcard takes at least one label, which the first dot ends.
                if (dot > 0 && of.wildcards.Find(host[dot..]) is { } found) return Give(found);
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
