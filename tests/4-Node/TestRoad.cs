using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Seam;
using Usher.Wire;

namespace Usher.Node.Tests;

/// <summary>A carrier on real sockets, with a generation that a test publishes as Control does.</summary>
internal sealed class TestRoad : IGenerationSource, IJourneyLog, IAsyncDisposable
{
    public TestRoad(TimeProvider? time = null)
    {
        var clock = time ?? TimeProvider.System;
        var pool = new UpstreamPool(new UpstreamPoolOptions { TimeProvider = clock });
        Nodes = new NodeDirectory(this, new NodeOptions(), clock);
        Carrier = new NodeCarrier(Fronts, Nodes, new NodePorts(Fronts, Nodes), new SeamParts(this, this, pool, clock), NullLogger<NodeCarrier>.Instance);
    }

    public TestFronts Fronts { get; } = new();

    public NodeDirectory Nodes { get; }

    public NodeCarrier Carrier { get; }

    public Generation Current { get; private set; } = Generation.None;

    public List<ConnectionRecord> Closed { get; } = [];

    /// <summary>Prepares, publishes and commits; returns the errors that prevented it.</summary>
    public async Task<IReadOnlyList<ConfigError>> ApplyAsync(params ServiceFront[] fronts)
    {
        var errors = new ErrorList();
        var next = NextWith(fronts);
        await using var change = await Carrier.PrepareAsync(next, errors, TestContext.Current.CancellationToken);
        if (!errors.IsEmpty) return errors.All;
        Current = next;
        await change.CommitAsync(TestContext.Current.CancellationToken);
        return [];
    }

    public Generation NextWith(params ServiceFront[] fronts) =>
        new(Current.Number + 1, DesiredState.Empty, AddressPlan.Empty,
            [
                Snapshot.Of(new FrontList([.. fronts])),
                Snapshot.Of(new NodeSnapshot([new NodeEntry(NodeKey, "i-0a1b2c3d4e5f60001", "us-east-1a", new RoadAddress(IPAddress.Parse("10.0.1.10"), Address(1)))])),
            ]);

    /// <summary>The node that every NodePort is on.</summary>
    public static ResourceKey NodeKey { get; } = new("", "Node", "", "node-1");

    /// <summary>A front on a free port of a loopback address of this process's own.</summary>
    public static ServiceFront NodePort(string service = "svc")
    {
        var bound = FreePort();
        return new ServiceFront(FrontKind.NodePort, new ResourceKey("", "Service", "shop", service), "http", new ResourceKey("", "Node", "", "node-1"),
            new IPEndPoint(IPAddress.Parse("10.0.1.10"), bound.Port), bound);
    }

    /// <summary>The same place for datagrams.</summary>
    public static ServiceFront OverUdp(ServiceFront front) => front with { PortName = "udp", Udp = true };

    public static IPEndPoint FreePort() => new(Address(1), Usher.Tests.FreePort.Next());

    /// <summary>An address that other runs of these tests don't use.</summary>
    public static IPAddress Address(byte last) => new([127, (byte)(100 + (Environment.ProcessId % 100)), (byte)(Environment.ProcessId / 100 % 250), last]);

    public static async Task<Socket> ConnectAsync(ServiceFront front)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(front.Bound, TestContext.Current.CancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>How connecting ends: <c>Success</c> or the error.</summary>
    public static async Task<SocketError> KnockAsync(ServiceFront front)
    {
        try
        {
            using var socket = await ConnectAsync(front);
            return SocketError.Success;
        }
        catch (SocketException problem)
        {
            return problem.SocketErrorCode;
        }
    }

    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, $"waited too long until {what}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    public void Add(DnsRecord record)
    {
    }

    public void Add(HandshakeRecord record)
    {
    }

    public void Add(ConnectionRecord record)
    {
    }

    public void Add(RequestRecord record)
    {
    }

    void IJourneyLog.Closed(ConnectionRecord record)
    {
        lock (Closed) Closed.Add(record);
    }

    public ValueTask DisposeAsync() => Carrier.DisposeAsync();
}
