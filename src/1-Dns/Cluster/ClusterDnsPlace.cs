using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>Where the cluster's DNS is, read off a generation's address plan.</summary>
internal sealed class ClusterDnsPlace : IClusterDns
{
    /// <inheritdoc/>
    public IPEndPoint? Bound(Generation generation) =>
        ClusterZone.OwnerIn(generation.State) is { } owner && generation.Addresses.Find(owner) is not null ? generation.Addresses.Bind(owner, ClusterZone.Port) : null;
}
