using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Dns.Tests;

/// <summary>The name server's sockets over generations.</summary>
public sealed class CarrierTests
{
    private const string Zones = "zone example.com\napi 60 A 192.0.2.1";

    [Fact]
    public async Task A_new_generation_is_answered_from_the_next_question_on_by_the_same_sockets()
    {
        await using var server = await TestServer.StartAsync(Zones);
        var before = server.EndPoint;
        Assert.Contains("192.0.2.1", await server.DigAsync("+short", "api.example.com"), StringComparison.Ordinal);

        Assert.Empty(await server.ApplyAsync(TestZones.Valid("zone example.com\napi 60 A 192.0.2.2").Generation));

        Assert.Same(before, server.EndPoint);
        Assert.Equal("192.0.2.2\n", await server.DigAsync("+short", "api.example.com"));
        Assert.Equal("192.0.2.2\n", await server.DigAsync("+short", "+tcp", "api.example.com"));
    }

    /// <summary>A port that neither protocol has; below those that the system gives to connections, of which one might take it as soon as it is let go.</summary>
    private static int FreeForBoth()
    {
        while (true)
        {
            var at = new IPEndPoint(IPAddress.Loopback, Random.Shared.Next(20_000, 32_000));
            using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                tcp.Bind(at);
                udp.Bind(at);
                return at.Port;
            }
            catch (SocketException)
            {
                // Somebody has it: another.
            }
        }
    }

    [Theory]
    [InlineData(ProtocolType.Tcp)]
    [InlineData(ProtocolType.Udp)]
    public async Task A_port_in_use_is_an_error_that_names_it_and_the_way_out(ProtocolType protocol)
    {
        using var other = new Socket(AddressFamily.InterNetwork, protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol);
        other.Bind(new IPEndPoint(IPAddress.Loopback, FreeForBoth()));
        if (protocol == ProtocolType.Tcp) other.Listen();
        var taken = (IPEndPoint)other.LocalEndPoint!;
        await using var server = new TestServer(new TestRoad(), taken.Port);

        var error = Assert.Single(await server.ApplyAsync(TestZones.Valid(Zones).Generation));

        Assert.Equal(
            $"{taken} is in use by another program, and the name server is to listen there, UDP and TCP; stop that program, or use --dns-port to move it", error.ToString());
        Assert.Null(server.Address.EndPoint);
        // Nothing is left bound: the next try succeeds as soon as the port is free.
        other.Dispose();
        Assert.Empty(await server.ApplyAsync(TestZones.Valid(Zones).Generation));
        Assert.Equal(taken, server.EndPoint);
    }

    [Fact]
    public async Task A_change_that_is_not_committed_leaves_no_socket()
    {
        await using var server = new TestServer(new TestRoad());
        var generation = TestZones.Valid(Zones).Generation;
        IPEndPoint bound;

        await using (await server.Carrier.PrepareAsync(generation, new ErrorList(), CancellationToken.None)) bound = server.EndPoint;

        Assert.Null(server.Address.EndPoint);
        await using var next = new TestServer(new TestRoad(), bound.Port);
        Assert.Empty(await next.ApplyAsync(generation));
    }

    [Fact]
    public async Task Nothing_is_answered_before_the_generation_is_published()
    {
        await using var server = new TestServer(new TestRoad());
        var generation = TestZones.Valid(Zones).Generation;
        await using var change = await server.Carrier.PrepareAsync(generation, new ErrorList(), CancellationToken.None);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        client.SendTo(Query.For("api.example.com", RecordType.A), server.EndPoint);

        Assert.False(client.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectRead));
        server.Road.Current = generation;
        await change.CommitAsync(CancellationToken.None);

        // The question that came too early waited in the kernel.
        Assert.True(client.Poll(TimeSpan.FromSeconds(10), SelectMode.SelectRead));
        var answer = new byte[512];
        Assert.InRange(client.Receive(answer), 13, 512);
        Assert.Equal(1, answer[7]);
    }

    [Fact]
    public async Task A_stopped_server_frees_its_port_and_can_start_again()
    {
        var server = await TestServer.StartAsync(Zones);
        var port = server.EndPoint.Port;
        await server.DisposeAsync();

        await using var next = new TestServer(server.Road, port);
        Assert.Empty(await next.ApplyAsync(server.Road.Current));

        Assert.Equal("192.0.2.1\n", await next.DigAsync("+short", "api.example.com"));
        // Stopping twice, and before a start, is nothing.
        await server.DisposeAsync();
        await using var never = new TestServer(new TestRoad());
    }

    [Fact]
    public async Task Registration_gives_one_address()
    {
        var road = new TestRoad();
        await using var services = new ServiceCollection().AddLogging().AddSingleton<IGenerationSource>(road).AddSingleton<IJourneyLog>(road)
            .AddSingleton(new DnsOptions(new IPEndPoint(IPAddress.Loopback, 0))).AddDns().BuildServiceProvider();
        var carrier = services.GetRequiredService<ICarrier>();

        await using var change = await carrier.PrepareAsync(TestZones.Valid(Zones).Generation, new ErrorList(), CancellationToken.None);

        Assert.NotEqual(0, services.GetRequiredService<DnsServerAddress>().EndPoint!.Port);
        Assert.IsType<DnsCompiler>(services.GetRequiredService<IHopCompiler>());
        Assert.IsType<DnsStep>(services.GetRequiredService<IRoadStep>());
    }
}
