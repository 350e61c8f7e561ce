using System.Net;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>A Gateway's addresses: of its Service, or why those that it asks for can't be had (Gateway API, GatewaySpec.addresses).</summary>
internal static class GatewayAddresses
{
    /// <summary>The reason where a Gateway's pods couldn't be made, which is told where they would have been.</summary>
    internal const string NoPods = "NoResources";

    /// <summary>Conditions where something is wrong, and the status' addresses.</summary>
    internal static (IReadOnlyList<Condition> Conditions, IReadOnlyList<KeyValuePair<string, string>> Addresses) Of(CompileContext context, Resource<Gateway> gateway)
    {
        if (Unusable(gateway) is { } wrong) return ([wrong, .. wrong.Type == "Programmed" ? (IEnumerable<Condition>)[] : [new Condition("Programmed", false, "Invalid", wrong.Message)]], []);
        if (GatewayObjects.ServiceOf(context.State, gateway) is null) return ([new Condition("Programmed", false, NoPods, $"it has no pods, since another object is called {GatewayObjects.NameOf(gateway)}")], []);
        return ([], [.. Published(context.State, gateway).Select(a => KeyValuePair.Create("address", a.Text)).Distinct()]);
    }

    /// <summary>The names of the load balancers that were made for its Service, else the Service's virtual IP.</summary>
    internal static IReadOnlyList<PublishedAddress> Published(DesiredState state, Resource<Gateway> gateway)
    {
        if (GatewayObjects.ServiceOf(state, gateway) is not { } service) return [];
        var balancers = LoadBalancerAddresses.Of(state, service.Key);
        return balancers.Count > 0 ? balancers : service.Value.Spec?.ClusterIP is { Length: > 0 } address ? [new PublishedAddress(address, service.Key)] : [];
    }

    /// <summary>The addresses that a Gateway asks for and that nobody can give it here: those that aren't an unspecified one or a Service's.</summary>
    internal static Condition? Unusable(Resource<Gateway> gateway)
    {
        var all = gateway.Value.Spec.Addresses.Where(a => !string.IsNullOrEmpty(a.Value)).ToList();
        foreach (var asked in all)
        {
            if (asked.Type is not ("IPAddress" or "Hostname")) return new Condition("Accepted", false, "UnsupportedAddress", $"found type {asked.Type}; IPAddress is supported");
            if (asked.Type == "Hostname") return new Condition("Accepted", false, "UnsupportedAddress", $"found hostname {asked.Value}; a load balancer's name is given, and can't be asked for");
            if (!IPAddress.TryParse(asked.Value, out var address) || address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork || !IsOfServices(address))
                return new Condition("Programmed", false, "AddressNotUsable", $"found {asked.Value}; an address of the Services' range 10.100.0.0/16 is wanted, or none");
        }

        return all.Count > 1 ? new Condition("Programmed", false, "AddressNotUsable", $"found {all.Count} addresses; a Gateway's Service has one") : null;
    }

    private static bool IsOfServices(IPAddress address) => address.GetAddressBytes() is [10, 100, ..];
}
