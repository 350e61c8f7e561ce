using k8s.Models;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>An object of which external-dns makes record sets.</summary>
/// <param name="Context">Where findings go.</param>
/// <param name="Resource">The object.</param>
/// <param name="Metadata">Its metadata.</param>
internal sealed record DnsSourceObject(CompileContext Context, Resource<object> Resource, V1ObjectMeta Metadata)
{
    /// <summary>Its annotations for external-dns.</summary>
    internal DnsAnnotations Annotations { get; } = new(Metadata);

    /// <summary>Its identity.</summary>
    internal ResourceKey Key => Resource.Key;

    /// <summary>An object of any kind.</summary>
    internal static DnsSourceObject Of<T>(CompileContext context, Resource<T> resource, V1ObjectMeta? metadata) where T : class =>
        new(context, new Resource<object>(resource.Key, resource.Value, resource.Origin), metadata ?? new V1ObjectMeta());

    /// <summary>Nothing, or not all, comes of it.</summary>
    internal void Refuse(string field, string message) => Context.Refuse(Resource, field, message);

    /// <summary>What a person should know.</summary>
    internal void Warn(string field, string message) => Context.Warnings.Add(Resource, field, message);

    /// <summary>
    /// Looks at its annotations' names: false when one would change what is answered in a way that Route 53 here doesn't have. A routing policy's only counts with a set identifier, as external-dns reads it.
    /// </summary>
    internal bool Check()
    {
        var fine = true;
        foreach (var name in Annotations.Names)
        {
            switch (DnsAnnotationTable.Of(name))
            {
                case null:
                    var near = NearestWord.Of(name, DnsAnnotationTable.Names);
                    Warn(Annotations.Field(name), $"external-dns has no such annotation{(near is null ? "" : $"; did you mean {near}?")}");
                    break;
                case DnsAnnotationState.Refused when name == "aws-health-check-id":
                    Refuse(Annotations.Field(name), $"found '{Annotations[name]}'; there are no Route 53 health checks here, so external-dns makes no record set of this object: take it away, evaluate the target's health instead");
                    fine = false;
                    break;
                case DnsAnnotationState.Refused when Annotations["set-identifier"] is { Length: > 0 }:
                    Refuse(Annotations.Field(name), $"found '{Annotations[name]}'; Route 53 here has weighted, failover and multivalue answer routing, so external-dns makes no record set of this object: use aws-weight, aws-failover or aws-multi-value-answer");
                    fine = false;
                    break;
                case { } state when Annotations["set-identifier"] is not { Length: > 0 } && (state == DnsAnnotationState.Refused || name is "aws-weight" or "aws-failover" or "aws-multi-value-answer"):
                    Warn(Annotations.Field(name), "has no effect without set-identifier");
                    break;
                default:
                    break;
            }
        }

        return fine;
    }

    /// <summary>Its host's names and addresses as endpoints: IPv4 addresses are an A, IPv6 addresses an AAAA, everything else a CNAME.</summary>
    internal IEnumerable<DnsEndpoint> Endpoints(string host, string field, IEnumerable<PublishedAddress> targets) =>
        targets.GroupBy(DnsEndpoint.TypeOf).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new DnsEndpoint(this, field, host.TrimEnd('.').ToLowerInvariant(), g.Key)
        {
            Targets = [.. g.DistinctBy(t => t.Text).OrderBy(t => t.Text, StringComparer.Ordinal)],
            Ttl = Ttl(),
            SetIdentifier = Annotations["set-identifier"] is { Length: > 0 } identifier ? identifier : null,
        });

    /// <summary>The targets of its annotation; empty without one.</summary>
    internal IReadOnlyList<PublishedAddress> Targets => [.. Annotations.List("target").Select(t => new PublishedAddress(t))];

    private long? Ttl()
    {
        if (Annotations["ttl"] is not { } text) return null;
        if (GoDuration.Seconds(text) is >= 0 and <= int.MaxValue and var seconds) return seconds == 0 ? null : seconds;
        Warn(Annotations.Field("ttl"), $"found '{text}'; seconds or a duration such as 10m, up to {int.MaxValue} s, are wanted, so external-dns takes its own");
        return null;
    }
}
