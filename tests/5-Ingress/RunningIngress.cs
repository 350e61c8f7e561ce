using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Usher.Model.Contracts;
using Usher.Model.Road;
using Usher.Seam.Tests.Peers;
using Usher.Wire.Tests.Peers;

namespace Usher.Ingress.Tests;

/// <summary>The hop's services with one pod on real sockets, which ends with it.</summary>
internal abstract class RunningIngress : IAsyncDisposable
{
    private readonly ServiceProvider services;

    /// <param name="generation">What runs.</param>
    /// <param name="fronts">The Services' endpoints.</param>
    protected RunningIngress(Generation generation, IServiceFronts fronts)
    {
        Seam.Generations.Current = generation;
        services = new ServiceCollection().AddSingleton(Seam.Parts).AddSingleton(fronts).AddIngress().BuildServiceProvider();
    }

    internal SeamUnderTest Seam { get; } = new();

    protected IServiceProvider Services => services;

    /// <summary>The pod, once it is started.</summary>
    protected IRunningPod? Pod { get; set; }

    /// <summary>Sends a request in the plain and reads one answer.</summary>
    protected static async Task<string> AskAsync(IPEndPoint at, string request)
    {
        using var client = await RawPeer.ConnectAsync(at);
        await client.SendAsync(request);
        return await client.ReadMessageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Pod is not null) await Pod.DisposeAsync();
        await services.DisposeAsync();
        Seam.Dispose();
    }
}
