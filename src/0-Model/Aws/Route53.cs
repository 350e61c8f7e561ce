using Usher.Model.Desired;

namespace Usher.Model.Aws;

/// <summary>A Route 53 hosted zone (<c>HostedZone</c> in the Route 53 API).</summary>
public sealed record HostedZone
{
    /// <summary>The zone's id, <c>Z…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The domain, absolute, without the final dot, in lower case.</summary>
    public required string Name { get; init; }

    /// <summary>True for a zone that only associated VPCs see.</summary>
    public bool PrivateZone { get; init; }
}

/// <summary>A Route 53 record set (<c>ResourceRecordSet</c> in the Route 53 API): simple, weighted, failover or multivalue answer routing; values or an alias.</summary>
public sealed record RecordSet
{
    /// <summary>The zone it belongs to.</summary>
    public required string HostedZoneId { get; init; }

    /// <summary>The owner name, absolute, without the final dot, in lower case; <c>*</c> may be the leftmost label.</summary>
    public required string Name { get; init; }

    /// <summary>The record type: <c>A</c>, <c>AAAA</c>, <c>CNAME</c>, <c>TXT</c>, <c>NS</c>, <c>SOA</c>, …</summary>
    public required string Type { get; init; }

    /// <summary>Seconds that a resolver may keep the answer; null for an alias.</summary>
    public long? Ttl { get; init; }

    /// <summary>The values in presentation format (RFC 1035 §5.1); empty for an alias.</summary>
    public IReadOnlyList<string> ResourceRecords { get; init; } = [];

    /// <summary>What an alias points to; null for a plain record set.</summary>
    public AliasTarget? AliasTarget { get; init; }

    /// <summary>What tells it from others with its name and type, at most 128 characters; null for simple routing.</summary>
    public string? SetIdentifier { get; init; }

    /// <summary>The weight of weighted routing, 0–255; null for another policy.</summary>
    public long? Weight { get; init; }

    /// <summary><c>PRIMARY</c> or <c>SECONDARY</c> of failover routing; null for another policy.</summary>
    public string? Failover { get; init; }

    /// <summary>Whether it is one of several that are answered together.</summary>
    public bool MultiValueAnswer { get; init; }

    /// <summary>The object that external-dns made it of; null when somebody wrote it.</summary>
    public ResourceKey? MadeFor { get; init; }

    /// <summary>
    /// Whose addresses are values as well, beside <see cref="ResourceRecords"/>: pods, nodes and Services. The answer has the addresses that stand for them on this machine; one that was just derived has none
    /// when the record set is made.
    /// </summary>
    public IReadOnlyList<ResourceKey> AddressOwners { get; init; } = [];
}

/// <summary>The target of an alias record set.</summary>
/// <param name="DnsName">The target's name, absolute, without the final dot, in lower case.</param>
/// <param name="HostedZoneId">The target's zone: a load balancer's canonical zone, or the record set's own zone.</param>
/// <param name="EvaluateTargetHealth">Whether the target's health decides whether the record set is used.</param>
public sealed record AliasTarget(string DnsName, string HostedZoneId, bool EvaluateTargetHealth);
