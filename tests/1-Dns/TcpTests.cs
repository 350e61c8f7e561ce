using System.Buffers.Binary;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Usher.Wire.Tests.Peers;

namespace Usher.Dns.Tests;

/// <summary>DNS over TCP (RFC 7766), byte by byte.</summary>
public sealed class TcpTests
{
    private const string Zones = "zone example.com\napi 60 A 192.0.2.1";

    [Fact]
    public async Task Questions_sent_at_once_are_answered_in_order()
    {
        await using var server = await TestServer.StartAsync(Zones);
        using var client = await ConnectAsync(server);

        await client.SendAsync(Enumerable.Range(1, 500).SelectMany(id => Framed(Query.For("api.example.com", RecordType.A, 1232, (ushort)id))).ToArray());

        for (var id = 1; id <= 500; id++) Assert.Equal(id, BinaryPrimitives.ReadUInt16BigEndian(await ReceiveAsync(client)));
    }

    [Fact]
    public async Task A_question_may_come_in_pieces_and_the_client_may_stop_sending()
    {
        await using var server = await TestServer.StartAsync(Zones);
        using var client = await ConnectAsync(server);
        client.NoDelay = true;

        foreach (var piece in Framed(Query.For("api.example.com", RecordType.A))) await client.SendAsync(new[] { piece });
        client.Shutdown(SocketShutdown.Send);

        Assert.Equal(0, (await ReceiveAsync(client))[3] & 0x0F);
        Assert.Equal(0, await client.ReceiveAsync(new byte[1]));
    }

    [Fact]
    public async Task Malformed_messages_are_answered_and_the_connection_goes_on()
    {
        await using var server = await TestServer.StartAsync(Zones);
        using var client = await ConnectAsync(server);
        var longest = new byte[ushort.MaxValue];
        longest[1] = 7;

        // A message of no bytes, one too short for an id's header, and the longest there is.
        await client.SendAsync((byte[])[0, 0, 0, 3, 1, 2, 3, .. Framed(longest), .. Framed(Query.For("api.example.com", RecordType.A))]);

        var first = await ReceiveAsync(client);
        Assert.Equal((7, 1), (first[1], first[3] & 0x0F));
        Assert.Equal(0x12, (await ReceiveAsync(client))[0]);
    }

    [Fact]
    public async Task A_silent_connection_is_closed_also_in_the_middle_of_a_message()
    {
        var time = new FakeTimeProvider();
        await using var server = await TestServer.StartAsync(Zones, time);
        using var silent = await ConnectAsync(server);
        using var slow = await ConnectAsync(server);
        // An answer tells that the server has the connection; what follows is the beginning of a message.
        foreach (var client in (Socket[])[silent, slow])
        {
            await client.SendAsync(Framed(Query.For("api.example.com", RecordType.A)));
            await ReceiveAsync(client);
        }

        await slow.SendAsync(new byte[] { 0 });
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(silent.Poll(0, SelectMode.SelectRead));

        // The server may begin to wait for what comes next only a while after its answer.
        foreach (var client in (Socket[])[silent, slow]) Assert.Equal(0, await Limit.AdvanceAsync(time, ReceiveOrResetAsync(client)));
    }

    [Fact]
    public async Task Connections_past_the_limit_wait_until_one_ends()
    {
        await using var server = await TestServer.StartAsync(Zones);
        var clients = new List<Socket>();
        try
        {
            for (var i = 0; i < TcpServer.MaxConnections; i++)
            {
                clients.Add(await ConnectAsync(server));
                await clients[i].SendAsync(Framed(Query.For("api.example.com", RecordType.A)));
                await ReceiveAsync(clients[i]);
            }

            using var late = await ConnectAsync(server);
            await late.SendAsync(Framed(Query.For("api.example.com", RecordType.A)));
            Assert.False(late.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectRead));

            clients[0].Dispose();
            Assert.Equal(0x12, (await ReceiveAsync(late))[0]);
        }
        finally
        {
            foreach (var client in clients) client.Dispose();
        }
    }

    [Fact]
    public async Task Stopping_closes_idle_connections_at_once()
    {
        var server = await TestServer.StartAsync(Zones);
        using var client = await ConnectAsync(server);
        await client.SendAsync(Framed(Query.For("api.example.com", RecordType.A)));
        await ReceiveAsync(client);

        await server.DisposeAsync();

        Assert.Equal(0, await ReceiveOrResetAsync(client));
        Assert.Null(server.Address.EndPoint);
    }

    private static async Task<Socket> ConnectAsync(TestServer server)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(server.EndPoint);
        return client;
    }

    private static byte[] Framed(byte[] message) => [(byte)(message.Length >> 8), (byte)message.Length, .. message];

    private static async Task<byte[]> ReceiveAsync(Socket client)
    {
        var length = await ReadAsync(client, 2);
        return await ReadAsync(client, BinaryPrimitives.ReadUInt16BigEndian(length));
    }

    private static async Task<byte[]> ReadAsync(Socket client, int length)
    {
        var bytes = new byte[length];
        using var limit = new CancellationTokenSource(Limit.Wait);
        for (var at = 0; at < length;)
        {
            var read = await client.ReceiveAsync(bytes.AsMemory(at), SocketFlags.None, limit.Token);
            Assert.NotEqual(0, read);
            at += read;
        }

        return bytes;
    }

    private static async Task<int> ReceiveOrResetAsync(Socket client)
    {
        using var limit = new CancellationTokenSource(Limit.Wait);
        try
        {
            return await client.ReceiveAsync(new byte[1].AsMemory(), SocketFlags.None, limit.Token);
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            return 0;
        }
    }
}
