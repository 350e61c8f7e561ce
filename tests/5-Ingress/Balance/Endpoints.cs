using System.Net;
using Usher.Model.Contracts;

namespace Usher.Ingress.Tests.Balance;

/// <summary>Endpoints as 6-Service tells them: web-1 is 10.0.2.1:8080 in the cluster, and 127.N.65.1:8080 here.</summary>
internal static class Endpoints
{
    /// <summary>Some ready ones.</summary>
    internal static FrontEndpoints Of(params int[] numbers) => In(18, numbers);

    /// <summary>The same, in the network of a cluster that runs.</summary>
    internal static FrontEndpoints In(Running running, params int[] numbers) => In(running.At.Address.GetAddressBytes()[1], numbers);

    internal static FrontEndpoints In(byte network, params int[] numbers) => new([.. numbers.Select(i => One(network, i))]);

    internal static FrontEndpoint One(byte network, int number) =>
        new(new("", "Pod", "shop", $"web-{number}"), $"web-{number}", new IPEndPoint(IPAddress.Parse($"10.0.2.{number}"), 8080), new IPEndPoint(new IPAddress([127, network, 65, (byte)number]), 8080));
}
