using Usher.Bench.Budgets;
using Usher.Bench.Road;
using Usher.Certificates;
using Usher.LoadBalancer;
using Usher.Model.Contracts;

namespace Usher.Bench.Certificates;

/// <summary>The choice of a certificate at a handshake. The handshake itself is .NET's and OpenSSL's.</summary>
internal static class CertificateCosts
{
    internal static async Task<Cost> ChooseAsync(BenchRoad road, Effort effort)
    {
        await road.CarryAsync<CertificateCarrier>();
        var choose = Choose(road);
        if (choose().Context is null) throw new InvalidOperationException("the listener has no certificate");
        return new Cost("tls", "choose", Meter.OnThread(() => choose(), effort));
    }

    /// <summary>Chooses for the HTTPS listener and <c>api.example.com</c>.</summary>
    internal static Func<CertificateChoice> Choose(BenchRoad road)
    {
        var chooser = road.Get<ICertificateChooser>();
        var listener = road.Generation.Get<LoadBalancerSnapshot>().Listeners.Single(l => l.Https).Arn;
        return () => chooser.Choose(road.Generation, listener, "api.example.com");
    }
}
