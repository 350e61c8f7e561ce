using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using Usher.Model.Desired;
using Usher.Model.Secrets;

namespace Usher.Certificates;

/// <summary>ACM's certificates and the listeners that use them. Immutable; made by the compiler.</summary>
public sealed class CertificateSnapshot
{
    internal CertificateSnapshot(
        IEnumerable<CompiledCertificate> certificates, IEnumerable<ListenerCertificates> listeners)
    {
        Certificates = certificates.ToFrozenDictionary(c => c.Arn);
        Listeners = listeners.ToFrozenDictionary(l => l.ListenerArn);
        ByEndpoint = Listeners.Values
            .SelectMany(l => l.Bound, (listener, bound) => (bound, listener))
            .GroupBy(l => l.bound, l => l.listener)
            .ToFrozenDictionary(g => g.Key, g => g.First());
        InUse = [.. Listeners.Values.SelectMany(l => l.All).Where(c => c.Issued).DistinctBy(c => c.Arn)];
    }

    /// <summary>Every certificate by its ARN, issued or pending.</summary>
    public FrozenDictionary<string, CompiledCertificate> Certificates { get; }

    /// <summary>Every HTTP and HTTPS listener by its ARN.</summary>
    internal FrozenDictionary<string, ListenerCertificates> Listeners { get; }

    /// <summary>The same by the endpoints that they are bound to.</summary>
    internal FrozenDictionary<IPEndPoint, ListenerCertificates> ByEndpoint { get; }

    /// <summary>The issued certificates that a listener serves: these need a key and a leaf.</summary>
    internal ImmutableArray<CompiledCertificate> InUse { get; }
}

/// <summary>A certificate as ACM sees it.</summary>
public sealed class CompiledCertificate
{
    /// <summary>The object that it was compiled from.</summary>
    public required ResourceKey Key { get; init; }

    /// <summary>Its ARN.</summary>
    public required string Arn { get; init; }

    /// <summary>Every name in lower case, the domain name first.</summary>
    public required ImmutableArray<string> Names { get; init; }

    /// <summary>The key algorithm as the ACM API spells it.</summary>
    public required string KeyAlgorithm { get; init; }

    /// <summary>How each name's control is proven. A wildcard shares its parent's record.</summary>
    public required ImmutableArray<DomainValidation> Validations { get; init; }

    /// <summary>One's own certificate; null for one that is issued here.</summary>
    internal KeyedCertificate? Imported { get; init; }

    /// <summary>Where it comes from, as the ACM API says it.</summary>
    public string Type => Imported is null ? "AMAZON_ISSUED" : "IMPORTED";

    /// <summary>The first name.</summary>
    public string DomainName => Names[0];

    /// <summary>True for <c>ISSUED</c>, false for <c>PENDING_VALIDATION</c>. The key is made when a listener first needs it.</summary>
    public bool Issued => Validations.All(v => v.Succeeded);

    /// <summary>Which leaf belongs to it: the ARN and what the leaf must say. Another name or algorithm is another leaf.</summary>
    internal LeafKey Leaf => field ??= new LeafKey(Arn, Imported is null ? $"{KeyAlgorithm} {string.Join(' ', Names)}" : $"{Type} {Imported.Fingerprint}");

    internal KeyAlgorithm Algorithm => Usher.Certificates.KeyAlgorithm.Imported[KeyAlgorithm];
}

/// <summary>The DNS validation of one name (<c>DomainValidation</c> in the ACM API).</summary>
/// <param name="Domain">The name.</param>
/// <param name="RecordName">The CNAME record's name, absolute, without the final dot.</param>
/// <param name="RecordValue">The CNAME record's value, absolute, without the final dot.</param>
/// <param name="Problem">Why the record isn't found and what to do, or null when it is there.</param>
public sealed record DomainValidation(string Domain, string RecordName, string RecordValue, string? Problem)
{
    /// <summary>Whether the record is there.</summary>
    public bool Succeeded => Problem is null;
}

/// <summary>The certificates of one listener, indexed by name.</summary>
internal sealed class ListenerCertificates
{
    /// <summary>Where those of a written listener stand.</summary>
    internal const string Written = "the listener's spec.certificates";

    private readonly FrozenDictionary<string, CompiledCertificate[]> exact;
    private readonly FrozenDictionary<string, CompiledCertificate[]> wildcard;

    /// <param name="listenerArn">The listener.</param>
    /// <param name="name">As people know it: <c>shop-edge HTTPS:443</c>.</param>
    /// <param name="bound">Where it is bound, at each node of its load balancer; empty when that has no address.</param>
    /// <param name="certificates">Its certificates, the default first; empty for an HTTP listener.</param>
    internal ListenerCertificates(string listenerArn, string name, ImmutableArray<IPEndPoint> bound, ImmutableArray<CompiledCertificate> certificates)
    {
        ListenerArn = listenerArn;
        Name = name;
        Bound = bound;
        All = certificates;
        exact = Index(List, n => n.StartsWith("*.", StringComparison.Ordinal) ? null : n);
        wildcard = Index(List, n => n.StartsWith("*.", StringComparison.Ordinal) ? n[2..] : null);
    }

    internal string ListenerArn { get; }

    internal string Name { get; }

    /// <summary>Where people say which certificates it has.</summary>
    internal string NamedIn { get; init; } = Written;

    internal ImmutableArray<IPEndPoint> Bound { get; }

    /// <summary>The default first, then the certificate list.</summary>
    internal ImmutableArray<CompiledCertificate> All { get; }

    /// <summary>What is served when nothing in the list has the name asked for; null for an HTTP listener.</summary>
    internal CompiledCertificate? Default => All.IsEmpty ? null : All[0];

    /// <summary>The certificate list: all but the default, unless that is listed a second time.</summary>
    internal ReadOnlySpan<CompiledCertificate> List => All.IsEmpty ? [] : All.AsSpan()[1..];

    /// <summary>The certificates of the list that have this very name.</summary>
    internal ReadOnlySpan<CompiledCertificate> Exact(string name) => exact.TryGetValue(name, out var found) ? found : [];

    /// <summary>The certificates of the list with a wildcard for this name: one label in the asterisk's place.</summary>
    internal ReadOnlySpan<CompiledCertificate> Wildcard(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && wildcard.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name.AsSpan(dot + 1), out var found) ? found : [];
    }

    private static FrozenDictionary<string, CompiledCertificate[]> Index(ReadOnlySpan<CompiledCertificate> list, Func<string, string?> key) =>
        list.ToArray()
            .DistinctBy(c => c.Arn)
            .SelectMany(c => c.Names.Select(n => (Name: key(n), Certificate: c)))
            .Where(pair => pair.Name is not null)
            .GroupBy(pair => pair.Name!, StringComparer.OrdinalIgnoreCase)
            .ToFrozenDictionary(g => g.Key, g => g.Select(pair => pair.Certificate).ToArray(), StringComparer.OrdinalIgnoreCase);
}
