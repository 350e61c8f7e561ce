using System.Net;
using System.Net.Sockets;
using Usher.Model.Contracts;

namespace Usher.Dns;

/// <summary>A name that an object is to have, as a source of external-dns tells it.</summary>
/// <param name="Source">The object.</param>
/// <param name="Field">Where the object names it.</param>
/// <param name="Name">The name, without the final dot, in lower case.</param>
/// <param name="Type"><c>A</c>, <c>AAAA</c>, <c>CNAME</c> or <c>SRV</c>.</param>
internal sealed record DnsEndpoint(DnsSourceObject Source, string Field, string Name, string Type)
{
    /// <summary>Its values, in order.</summary>
    public IReadOnlyList<PublishedAddress> Targets { get; init; } = [];

    /// <summary>Seconds; null for the provider's own.</summary>
    public long? Ttl { get; init; }

    /// <summary>What tells it from others of its name and type; null for simple routing.</summary>
    public string? SetIdentifier { get; init; }

    /// <summary>Whether it is an alias.</summary>
    public bool IsAlias { get; init; }

    /// <summary>Its values as text, which conflicts are decided by.</summary>
    public string TargetsText => string.Join(';', Targets.Select(t => t.Text));

    /// <summary>The type of record that a target wants. Whoever has an address here has an IPv4 one.</summary>
    internal static string TypeOf(PublishedAddress target) => target.Owner is not null ? "A"
        : !IPAddress.TryParse(target.Text, out var address) ? "CNAME" : address.AddressFamily == AddressFamily.InterNetworkV6 ? "AAAA" : "A";
}
