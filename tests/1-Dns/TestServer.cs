using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Wire.Tests.Peers;

namespace Usher.Dns.Tests;

/// <summary>A name server on a free port of 127.0.0.1, as Control would run it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    public TestServer(TestRoad road, int port = 0, TimeProvider? time = null, IPAddress? address = null, ITargetHealth? targets = null)
    {
        Road = road;
        Carrier = new DnsCarrier(
            new DnsOptions(new IPEndPoint(address ?? IPAddress.Loopback, port)), Address, road, road, time ?? TimeProvider.System, NullLogger<DnsCarrier>.Instance, targets);
    }

    public TestRoad Road { get; }

    public DnsServerAddress Address { get; } = new();

    public DnsCarrier Carrier { get; }

    public IPEndPoint EndPoint => Address.EndPoint!;

    public static async Task<TestServer> StartAsync(string zones, TimeProvider? time = null, IPAddress? address = null)
    {
        var server = new TestServer(new TestRoad(), time: time, address: address);
        Assert.Empty(await server.ApplyAsync(TestZones.Valid(zones).Generation));
        return server;
    }

    public async Task<IReadOnlyList<ConfigError>> ApplyAsync(Generation next)
    {
        var errors = new ErrorList();
        await using var change = await Carrier.PrepareAsync(next, errors, CancellationToken.None);
        if (!errors.IsEmpty) return errors.All;
        Road.Current = next;
        await change.CommitAsync(CancellationToken.None);
        return [];
    }

    /// <summary>What dig prints, with its exit code when that isn't 0.</summary>
    public Task<string> DigAsync(params string[] arguments) => DigAsync(EndPoint, arguments);

    /// <summary>What dig prints when it asks a server, with its exit code when that isn't 0.</summary>
    public static async Task<string> DigAsync(IPEndPoint server, string[] arguments)
    {
        // Its own time limits are short enough to fail a test in time, and nothing is read from the user's .digrc.
        var (code, output) = await Run.ProgramAsync("dig", ["-r", $"@{server.Address}", "-p", $"{server.Port}", "+tries=2", "+timeout=20", .. arguments]);
        return $"{output}{(code == 0 ? "" : $"exit {code}")}";
    }

    public async ValueTask DisposeAsync() => await Carrier.StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token);

    /// <summary>Waits until something holds, a minute at most.</summary>
    public static async Task UntilAsync(Func<bool> holds)
    {
        for (var started = Stopwatch.StartNew(); !holds(); await Task.Delay(5)) Assert.True(started.Elapsed < TimeSpan.FromMinutes(1), "it never held");
    }
}
