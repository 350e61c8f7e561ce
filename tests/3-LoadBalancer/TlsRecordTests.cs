using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Usher.Seam.Tests.Peers;
using Usher.Wire;
using Usher.Wire.Tests.Peers;
using static Usher.LoadBalancer.Tests.Edge;

namespace Usher.LoadBalancer.Tests;

public sealed class TlsRecordTests
{
    private const int Header = 5;
    private const byte ApplicationData = 23;

    /// <summary>Four records of 4 KiB would cost four encryptions and calls to the system.</summary>
    [Fact]
    public async Task A_response_that_fits_into_a_record_is_sent_as_one()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Group("web", ["i-0a1"]).Listener(443, Forward("web"), "HTTPS"));
        var body = new string('x', 12_000);
        await using var target = Backend.Answering($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}", rig.Node(1));
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(rig.Address, 8443, TestContext.Current.CancellationToken);
        await using var wire = new HeardStream(new NetworkStream(socket));
        await using var tls = new SslStream(wire, leaveInnerStreamOpen: true, (_, shown, _, _) => shown?.GetCertHashString() == rig.Certificates.Thumbprint);
        await tls.AuthenticateAsClientAsync("api.example.com");
        await tls.WriteAsync("GET / HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);

        using var answer = new StreamReader(tls, Encoding.ASCII);
        Assert.EndsWith(body, await answer.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Single(Records(wire.Heard), r => r.Type == ApplicationData && r.Length > body.Length);
    }

    /// <summary>Without it a client that reads until the end can't tell a whole body from a cut one, and OpenSSL calls it an unexpected end.</summary>
    [Fact]
    public async Task A_connection_ends_with_close_notify()
    {
        await using var rig = await Rig.RunAsync(r => r.Edge().Listener(443, Fixed(200), "HTTPS"));
        var request = Path.GetTempFileName();
        await File.WriteAllTextAsync(request, "GET / HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n", TestContext.Current.CancellationToken);

        var (code, output) = await Run.ProgramAsync("sh", "-c", $"openssl s_client -connect {rig.Address}:8443 -servername api.example.com -tls1_2 -ign_eof -msg < {request}");
        File.Delete(request);

        Assert.True(code == 0, output);
        Assert.Matches(@"<<< TLS 1\.2, Alert \[length 0002\], warning close_notify", output);
    }

    private static List<(byte Type, int Length)> Records(ReadOnlySpan<byte> bytes)
    {
        var records = new List<(byte, int)>();
        while (bytes.Length >= Header)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]);
            records.Add((bytes[0], length));
            bytes = bytes[Math.Min(Header + length, bytes.Length)..];
        }

        return records;
    }

    /// <summary>Keeps what was read.</summary>
    private sealed class HeardStream(Stream inner) : AsyncStream
    {
        private readonly MemoryStream heard = new();

        internal byte[] Heard => heard.ToArray();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            heard.Write(buffer.Span[..read]);
            return read;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
