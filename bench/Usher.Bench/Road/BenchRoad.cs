using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Usher.Certificates;
using Usher.Control;
using Usher.Dns;
using Usher.Doorway.Files;
using Usher.Ingress;
using Usher.LoadBalancer;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Node;
using Usher.Pod;
using Usher.Seam;
using Usher.Service;
using Usher.Trace;

namespace Usher.Bench.Road;

/// <summary>
/// A road compiled from manifests, in a loopback range of its own, whose pods all count as ready. Nothing is started: a measurement starts
/// the one hop that it is about, and puts a <see cref="Backend"/> where the next would be.
/// </summary>
internal sealed class BenchRoad : IAsyncDisposable
{
    private static int lastNetwork = Environment.ProcessId % 60;
    private readonly DirectoryInfo state = Directory.CreateTempSubdirectory("usher-bench-");
    private readonly ServiceProvider services;

    /// <param name="express">Whether its links are express.</param>
    internal BenchRoad(bool express = false)
    {
        // 127.190.x to 127.249.x: away from the ranges of a running road and of the tests.
        var network = (byte)(190 + (Interlocked.Increment(ref lastNetwork) % 60));
        services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(new RoadOptions(AwsScope.Default, new LoopbackRange(network)))
            .AddSingleton(new DnsOptions(new IPEndPoint(IPAddress.Loopback, 0)))
            .AddSingleton(new CertificateOptions(state.FullName)).AddSingleton(new Usher.Control.State.StateStoreOptions(state.FullName))
            .AddSingleton(new PodOptions(StandInOnly: true, Path.Combine(state.FullName, "logs")))
            .AddControl().AddSeam(express).AddTrace()
            .AddDns().AddCertificates().AddLoadBalancer().AddNode().AddIngress().AddService().AddPods().AddAssumedPods()
            .BuildServiceProvider();
        Generation = Compile();
    }

    /// <summary>The running generation.</summary>
    internal Generation Generation { get; }

    /// <summary>A hop's part.</summary>
    internal T Get<T>() where T : notnull => services.GetRequiredService<T>();

    /// <summary>A hop's carrier, prepared and committed.</summary>
    internal async Task<T> CarryAsync<T>() where T : class, ICarrier
    {
        var carrier = services.GetServices<ICarrier>().OfType<T>().Single();
        var errors = new ErrorList();
        await using var change = await carrier.PrepareAsync(Generation, errors, CancellationToken.None);
        Check(errors);
        await change.CommitAsync(CancellationToken.None);
        return carrier;
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        state.Delete(recursive: true);
    }

    private Generation Compile()
    {
        var errors = new ErrorList();
        string[] paths = [Checkout.At("bench/Usher.Bench/edge.yaml"), Checkout.At("bench/load/road/manifests/kubernetes.yaml")];
        var objects = FilesDoorway.Load(paths, AwsScope.Default, errors);
        var generation = Get<RoadCompiler>().Compile(new DesiredState(objects), Generation.None, errors);
        Check(errors);
        Get<AssumedPods>().Assume(generation);
        Get<CurrentGeneration>().Publish(generation);
        return generation;
    }

    private static void Check(ErrorList errors)
    {
        if (!errors.IsEmpty) throw new InvalidOperationException(string.Join(Environment.NewLine, errors.All));
    }
}
