using System.Net;
using System.Net.Sockets;
using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Ingress;

/// <summary>
/// Where the hosts of URLs in annotations are: by the cluster's DNS and the hosted zones as far as these know them, else by the machine's own. As nginx's resolver, it tries no search list: a Service is named in full.
/// </summary>
/// <param name="names">The road's own names; null for none.</param>
internal sealed class HostAddresses(IClusterNames? names = null)
{
    /// <summary>How long the machine's own resolver may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Where a host's port is on this machine, as far as the road knows; null when it doesn't. Never waits.</summary>
    internal IPEndPoint? Find(Generation generation, AuthTarget target)
    {
        if (!IPAddress.TryParse(target.Host, out var literal)) return names?.Find(generation, target.Host, target.Port);
        return (generation.Addresses.OwnerOfDeclared(literal) ?? generation.Addresses.OwnerOf(literal)) is { } owner ? generation.Addresses.Bind(owner, target.Port) : new IPEndPoint(literal, target.Port);
    }

    /// <summary>The same, asking the machine for what the road doesn't know. Null when nobody knows the host.</summary>
    internal async ValueTask<IPEndPoint?> FindAsync(Generation generation, AuthTarget target, CancellationToken cancellationToken)
    {
        if (Find(generation, target) is { } own) return own;
        if (target.Host.EndsWith(".cluster.local", StringComparison.Ordinal)) return null;
        try
        {
            var found = await Dns.GetHostAddressesAsync(target.Host, AddressFamily.InterNetwork, cancellationToken).WaitAsync(Patience, cancellationToken);
            return found.Length == 0 ? null : new IPEndPoint(found[0], target.Port);
        }
        catch (Exception e) when (e is SocketException or TimeoutException or ArgumentException)
        {
            return null;
        }
    }
}
