using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Usher.Wire.Tests.Peers;

namespace Usher.LoadBalancer.Tests;

/// <summary>A client within TLS that takes any certificate.</summary>
internal sealed class TlsClient : IAsyncDisposable
{
    private readonly SslStream stream;

    private TlsClient(RawPeer peer)
    {
        Peer = peer;
        stream = new SslStream(new NetworkStream(peer.Socket));
    }

    internal RawPeer Peer { get; }

    internal static async Task<TlsClient> ConnectAsync(IPEndPoint at, string name = "a.example.com", params string[] protocols)
    {
        var client = new TlsClient(await RawPeer.ConnectAsync(at));
        await client.stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = name,
            ApplicationProtocols = protocols.Length == 0 ? null : [.. protocols.Select(p => new SslApplicationProtocol(p))],
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
        }).WaitAsync(Limit.Wait);
        return client;
    }

    internal async Task SendAsync(ReadOnlyMemory<byte> data) => await stream.WriteAsync(data);

    internal Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    internal async Task<byte[]> ReadAsync(int count)
    {
        var data = new byte[count];
        await stream.ReadExactlyAsync(data).AsTask().WaitAsync(Limit.Wait);
        return data;
    }

    internal async Task<string> ReadTextAsync(int count) => Encoding.Latin1.GetString(await ReadAsync(count));

    /// <summary>Sends close_notify; reading goes on.</summary>
    internal Task EndSendingAsync() => stream.ShutdownAsync();

    /// <summary>Whether close_notify, or an end, comes next.</summary>
    internal async Task<bool> IsClosedAsync() => await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(Limit.Wait) == 0;

    /// <summary>How reading fails.</summary>
    internal async Task<SocketError> ReadErrorAsync() =>
        (await Assert.ThrowsAnyAsync<IOException>(async () => await ReadAsync(1 << 20))).GetBaseException() is SocketException e ? e.SocketErrorCode : SocketError.Success;

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        Peer.Dispose();
    }
}
